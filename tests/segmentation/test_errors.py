"""What a person reads when an expression is wrong: place, spot, next step."""

from __future__ import annotations

import pytest
from segmentation.people import CATALOGUE, SEGMENTS, VOCABULARY

from outreach.errors import Location, OutreachError
from outreach.segmentation.checking import ExpressionError, Vocabulary, understand
from outreach.segmentation.tree import Reached
from outreach.segmentation.vocabulary import Told


def error_of(text: str, vocabulary: Vocabulary = VOCABULARY) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        understand(text, vocabulary)
    return caught.value


def test_an_unknown_field_is_pointed_at_and_a_near_one_named() -> None:
    assert str(error_of('kind = "prospect" and\n  citty = "Rennes"')) == (
        "2:3: the contact base has no field 'citty'\n"
        '    citty = "Rennes"\n'
        "    ^^^^^\n"
        "  did you mean 'city'?"
    )


def test_an_expression_of_a_file_is_placed_in_the_file() -> None:
    """A block of YAML is indented evenly: all its lines are shifted by the same columns."""
    where = Location("campaigns/spring.yaml", 7, 10)
    with pytest.raises(ExpressionError) as caught:
        understand('kind = "prospect"\nand citty = "Rennes"', VOCABULARY, where=where)
    assert caught.value.where == Location("campaigns/spring.yaml", 8, 14)
    assert caught.value.excerpt == 'and citty = "Rennes"\n    ^^^^^'


def test_it_is_an_error_the_user_can_mend() -> None:
    assert isinstance(error_of(""), OutreachError)


def test_the_excerpt_of_a_long_line_is_cut_around_the_spot() -> None:
    text = " or ".join(['city = "Rennes"'] * 20 + ["citty is null"] + ['city = "Nantes"'] * 20)
    shown, carets = error_of(text).excerpt.splitlines()
    assert len(shown) <= 76
    assert shown[carets.index("^") :].startswith("citty")
    assert carets.strip() == "^^^^^"


@pytest.mark.parametrize(
    ("text", "place", "spot", "what", "hint"),
    [
        # names and values
        ("city = Rennes", "1:8", "Rennes", "Rennes is neither a field nor a value",
         'text stands in quotes: "Rennes"'),
        ("city = Saint Malo", "1:14", "Malo", "Malo cannot stand here",
         'text stands in quotes: "Saint Malo"'),
        ('`Villle` = "x"', "1:1", "`Villle`", "the contact base has no field 'Villle'",
         'text stands in quotes: "Villle"; all fields: outreach contacts fields'),
        ('tags = "vip"', "1:1", "tags", "the contact base has no field 'tags'",
         'tags are asked for with has_tag("vip")'),
        ("not replied", "1:5", "replied", "the contact base has no field 'replied'",
         'here a stage is written: reached("replied")'),
        ('contact.city = "x"', "1:1", "contact.city", "a name with a dot in it is not possible",
         "write the field alone: city; labels in backticks: `Date de commande`"),
        # types
        ("postal_code = 35000", "1:1", "postal_code = 35000",
         "postal_code is text and 35000 is a number: they cannot be compared",
         'text stands in quotes: "35000"'),
        ('effectif > "3"', "1:1", 'effectif > "3"',
         'effectif is a number and "3" is text: they cannot be compared',
         "numbers stand without quotes: 12.50"),
        ("inscrit_le > 2027-03-01", "1:1", "inscrit_le > 2027-03-01",
         "inscrit_le is a date and 2027-03-01 is a number: they cannot be compared",
         'dates are written "2027-01-31", today() or days_ago(30)'),
        ('inscrit_le > "31/02/2027"', "1:14", '"31/02/2027"', "'31/02/2027' is not a date",
         'dates are written "2027-01-31" or "31/01/2027", or days_ago(90)'),
        ('inscrit_le > "20270201"', "1:14", '"20270201"', "'20270201' is not a date",
         'dates are written "2027-01-31" or "31/01/2027", or days_ago(90)'),
        ("today() - 30 < inscrit_le", "1:1", "today()", "today() is a date; here stands a number",
         "days are counted with days_ago(30) and days_since(last_order_on)"),
        ("city = null", "1:8", "null", "nothing can be compared with null",
         "write: is null, or is not null"),
        ('city in ("Rennes", null)', "1:20", "null", "nothing can be compared with null",
         "write: is null, or is not null"),
        ("abonne is true", "1:1", "abonne", "after `is` only null and not null can stand",
         "write: is null, is not null, field = value, or for yes and no: field, not field"),
        ("city is", "1:6", "is", "after `is` only null and not null can stand",
         "write: is null, is not null, field = value, or for yes and no: field, not field"),
        ("abonne < true", "1:1", "abonne", "yes and no have no order",
         "write: = true, or = false"),
        ('abonne = "oui"', "1:1", 'abonne = "oui"',
         'abonne is yes or no and "oui" is text: they cannot be compared',
         "yes and no are written true and false"),
        ("city", "1:1", "city", "city is text, not a condition",
         "compare it, or write: city is not null"),
        ("1 < effectif < 3", "1:1", "1 < effectif",
         "1 < effectif is a condition: it cannot be compared", "join conditions with and / or"),
        # functions
        ('tagg("vip")', "1:1", 'tagg("vip")', "there is no function 'tagg'",
         "did you mean 'has_tag'?"),
        ("has_tag(vip)", "1:9", "vip", "has_tag needs a text in quotes",
         'for example: has_tag("vip")'),
        ('has_tag("vip") = true', "1:1", 'has_tag("vip")',
         "has_tag(…) says yes or no: it cannot be compared",
         "write: has_tag(…), or: not has_tag(…)"),
        ('contains("x")', "1:1", 'contains("x")', "contains is not written like that",
         'for example: contains(company, "bio")'),
        ('in_segment("Fidele")', "1:1", 'in_segment("Fidele")', "there is no segment 'Fidele'",
         "did you mean 'Fidèles'?"),
        # slips
        ("city = “Rennes”", "1:8", "“", "“ is a typographic quote",
         "type straight quotes: \"Rennes\" or 'Rennes'"),
        ("city = 'O'Brien'", "1:16", "'", "this quote is not closed",
         "text with an apostrophe stands in double quotes: \"O'Brien\""),
        ("(abonne", "1:1", "(", "this parenthesis is not closed", None),
        ("abonne)", "1:7", ")", "this parenthesis was never opened", None),
        ("abonne and", "1:8", "and", "something is missing after and", None),
        ("surface > 12,50", "1:13", ",", "a comma cannot stand here",
         "decimals have a point: 12.50"),
        ("abonne && abonne", "1:8", "&", "the character & has no meaning in an expression",
         "write: and"),
        ("surface > 1e5", "1:11", "1e5", "1e5 is not a number as they are written here",
         "write plain digits and a point: 1200.50"),
        ("abonne -- all", "1:8", "-", "comments are not possible in an expression", None),
        ("  ", "1:1", " ", "the expression is empty", 'for example: city = "Rennes"'),
    ],
)  # fmt: skip
def test_an_error_says_what_where_and_what_to_do(
    text: str, place: str, spot: str, what: str, hint: str | None
) -> None:
    error = error_of(text)
    line, carets = (error.excerpt + "\n").split("\n")[:2]
    start = carets.index("^")
    assert (str(error.where), str(error.what)) == (place, what)
    assert (text[start : start + carets.count("^")], line) == (spot, text.rstrip())
    assert (str(error.hint) if error.hint else None) == hint


@pytest.mark.parametrize(
    ("locale", "typed", "meant"),
    [("fr_FR", "03/04/2027", "2027-04-03"), ("en_US", "03/04/2027", "2027-03-04"),
     ("en_GB", "3.4.2027", "2027-04-03"), ("sv_SE", "2027/04/03", "2027-04-03")],
)  # fmt: skip
def test_dates_are_read_in_the_order_of_the_locale(locale: str, typed: str, meant: str) -> None:
    vocabulary = Vocabulary(CATALOGUE, locale=locale)
    assert understand(f'inscrit_le = "{typed}"', vocabulary) == understand(
        f'inscrit_le = "{meant}"', vocabulary
    )


def test_segments_that_contain_themselves_are_refused() -> None:
    segments = {"a": 'in_segment("b")', "b": 'abonne or in_segment("a")'}
    error = error_of('in_segment("a")', Vocabulary(CATALOGUE, segments))
    assert str(error.what) == (
        "the segment 'a' is wrong: the segment 'b' is wrong: "
        "the segment 'a' contains itself: a → b → a"
    )


def test_an_error_in_a_segment_is_told_where_it_is_used() -> None:
    error = error_of('abonne and in_segment("a")', Vocabulary(CATALOGUE, {"a": "citty = 1"}))
    assert str(error) == (
        "1:12: the segment 'a' is wrong: the contact base has no field 'citty'\n"
        '  abonne and in_segment("a")\n'
        "             ^^^^^^^^^^^^^^^\n"
        "  did you mean 'city'?"
    )


def test_segments_cannot_grow_without_end() -> None:
    """Each doubles the one before: 2 to the power of 30, refused early."""
    segments = {"s0": "abonne"} | {
        f"s{n}": f'in_segment("s{n - 1}") and in_segment("s{n - 1}")' for n in range(1, 16)
    }
    error = error_of('in_segment("s15")', Vocabulary(CATALOGUE, segments))
    assert "the expression is too long, with the segments in it" in str(error.what)


SPRING = Told({"Spring": ("letter", "mail")}, frozenset({"visited"}))
SUMMER = Told({"summer": ("call",)}, frozenset({"dégustation"}))
#: Of launched campaigns first, then of those only written.
PAST = Vocabulary(CATALOGUE, SEGMENTS, told=(lambda: SPRING, lambda: SUMMER))


@pytest.mark.parametrize(
    ("text", "column", "spot", "what", "hint"),
    [
        ('not reached("apointment")', 13, '"apointment"', "there is no stage 'apointment'",
         "did you mean 'appointment'?"),
        ('reached("degustatio")', 9, '"degustatio"', "there is no stage 'degustatio'",
         "did you mean 'dégustation'?"),
        ('reached("xyz")', 9, '"xyz"', "there is no stage 'xyz'",
         "known: contacted, replied, appointment, quote, order, no_answer, wrong_number, call_back,"
         " spoken, met, done, refused, lost, opted_out, bounced, complained, returned, visited,"
         " dégustation"),
        ('city = "a" or not received("sprng")', 28, '"sprng"', "there is no campaign 'sprng'",
         "did you mean 'Spring'?"),
        ('reached("order", "winter")', 18, '"winter"', "there is no campaign 'winter'",
         "there are: Spring, summer"),
        ('received("spring", "male")', 20, '"male"', "the campaign 'Spring' has no step 'male'",
         "did you mean 'mail'?"),
        ('received("summer", "mail")', 20, '"mail"', "the campaign 'summer' has no step 'mail'",
         "known: call"),
        ('stage = "quotte"', 9, '"quotte"', "there is no stage 'quotte'", "did you mean 'quote'?"),
        ('kind = "custmer"', 8, '"custmer"', "kind is never 'custmer'",
         "did you mean 'customer'?"),
        ('not kind in ("customer", "xyz")', 26, '"xyz"', "kind is never 'xyz'",
         "one of: suspect, prospect, customer"),
        ('"losst" = life_stage', 1, '"losst"', "life_stage is never 'losst'",
         "did you mean 'lost'?"),
        ('interest != "hot"', 13, '"hot"', "interest is never 'hot'",
         "one of: arid, latent, active, inbound"),
    ],
)  # fmt: skip
def test_a_name_that_exists_nowhere_is_no_silent_nobody(
    text: str, column: int, spot: str, what: str, hint: str
) -> None:
    error = error_of(text, PAST)
    shown, carets = error.excerpt.splitlines()
    start = carets.index("^")
    assert (error.where, str(error.what)) == (Location(None, 1, column), what)
    assert (shown[start : start + carets.count("^")], str(error.hint)) == (spot, hint)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ('received("SPRING", "Mail")', 'received("Spring", "mail")'),
        ('reached("visited", "Summer")', 'reached("visited", "summer")'),
        ('reached("DEGUSTATION")', 'reached("dégustation")'),
        ('reached("rendez-vous")', 'reached("appointment")'),
        ('stage = "Devis"', 'stage = "quote"'),
        ('kind = "Client"', 'kind = "customer"'),
        ('kind in ("clients", "Piste")', 'kind in ("customer", "suspect")'),
        ('life_stage != "perdu"', 'life_stage != "lost"'),
        ('"Épisodique" = life_stage', '"episodic" = life_stage'),
    ],
)
def test_names_are_found_in_any_case_and_words_in_french(typed: str, meant: str) -> None:
    assert understand(typed, PAST) == understand(meant, PAST)


def test_a_stage_of_ones_own_chain_comes_before_a_french_word() -> None:
    """A chain that calls a stage `devis` means its own."""
    own = Vocabulary(CATALOGUE, told=(lambda: Told(stages=frozenset({"devis"})),))
    assert understand('reached("Devis")', own) == Reached("devis")
    assert understand('reached("Devis")', Vocabulary(CATALOGUE)) == Reached("quote")


def test_the_campaigns_are_read_only_where_an_expression_speaks_of_them() -> None:
    def never() -> Told:
        raise AssertionError("nobody asked")

    words = Vocabulary(CATALOGUE, SEGMENTS, told=(lambda: SPRING, never))
    understand('city = "a" and received("spring") and reached("visited")', words)


def test_a_segment_does_not_know_the_words_of_when() -> None:
    vocabulary = Vocabulary(CATALOGUE, {"a": "not replied"}, stages=("replied",))
    assert "no field 'replied'" in str(error_of('in_segment("a")', vocabulary).what)


def test_fields_may_be_called_like_words_of_sql() -> None:
    """Only the words of the contract are reserved."""
    from outreach.model.field import Catalogue, Field, Origin

    names = ("select", "from", "date", "order", "group", "case", "when", "table", "left", "tag")
    catalogue = Catalogue([Field(name, label=name, origin=Origin.USER) for name in names])
    for name in names:
        understand(f'{name} = "x" and not {name} is null', Vocabulary(catalogue))
