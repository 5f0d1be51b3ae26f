"""The names of columns that mean a standard field, in French, English and programs' dialects."""

from __future__ import annotations

#: Field → headers, best first: the order decides when two columns would fill one field. Of the
#: addresses that Outlook, Gmail and Thunderbird keep, the one at work comes first.
ALIASES: dict[str, str] = {
    "external_id": (
        "external_id|Code|Identifiant|ID|Réf|Référence|Ref|Identifiant externe|Code client"
        "|Code contact|N° client|Numéro client|Num client|Customer ID|Contact ID|Client ID"
        "|Account ID|Customer number|Identifier|Identifiant_de_l_etablissement"
        "|Identifiant établissement|UAI|Code UAI"
    ),
    "civility": (
        "civility|Civilité|Civ|Titre|Titre de civilité|Title|Salutation|Courtesy title"
        "|Name Prefix|Anrede"
    ),
    "first_name": (
        "first_name|Prénom|First name|Firstname|Given name|Forename|First|Prenoms|Vorname"
    ),
    "last_name": (
        "last_name|Nom|Nom de famille|Last name|Lastname|Surname|Family name|Last"
        "|Nom du contact|Nom contact|Nom usuel|Nom d'usage|Patronyme|Nachname"
    ),
    "job_title": (
        "job_title|Fonction|Job title|Poste|Poste occupé|Profession|Job|Role|Rôle"
        "|Intitulé du poste|Job position|Organization 1 - Title|Organization Title"
        "|Titre (fonction)|Arbeitstitel"
    ),
    "company": (
        "company|Société|Raison sociale|Entreprise|Company|Company name|Nom de l'entreprise"
        "|Nom de la société|Nom société|Nom entreprise|Organisation|Organization|Organisme"
        "|Établissement|Nom_etablissement|Nom de l'établissement|Dénomination"
        "|Dénomination sociale|Enseigne|Firm|Site name|Account name|Employer"
        "|Organization 1 - Name|Organization Name|Firma"
    ),
    "siret": (
        "siret|N° SIRET|Numéro SIRET|Num SIRET|Code SIRET|SIREN_SIRET|SIRET/SIREN|SIRET number"
    ),
    "email": (
        "email|E-mail|Mail|Courriel|Adresse mail|Adresse e-mail|Adresse email"
        "|Adresse courriel|Adresse électronique|Adresse de messagerie|Email address"
        "|E-mail address|Mail address|Primary Email|Courrier électronique|Mél|Email 1"
        "|E-mail 1|Email professionnel|Mail pro|Work email|Business email|E-mail 1 - Value"
        "|Adresse électronique principale|Première adresse électronique|Adresse de courrier"
        "|Primäre E-Mail-Adresse|E-Mail-Adresse"
    ),
    "phone": (
        "phone|Téléphone|Tél|Phone|Tel|Telephone|Phone number|Telephone number"
        "|Numéro de téléphone|N° de téléphone|N° téléphone|Num tél|Tél fixe|Téléphone fixe"
        "|Fixe|Tél.|Téléphone 1|Tél 1|Phone 1|Téléphone professionnel|Tél bureau|Work phone"
        "|Business phone|Landline|Téléphone bureau|Téléphone (bureau)|Tél. professionnel"
        "|Tel. dienstlich|Téléphone principal|Primary phone|Company Main Phone"
        "|Téléphone société|Phone 1 - Value|Téléphone (domicile)|Home phone|Tél. personnel"
        "|Tel. privat|Other phone|Téléphone (autre)"
    ),
    "mobile": (
        "mobile|Portable|Mobile|Téléphone portable|Tél portable|Tél mobile|Téléphone mobile"
        "|Mobile phone|Mobile number|Cell|Cell phone|Cellphone|GSM|N° portable"
        "|Numéro de portable|Mobil-Tel.-Nr."
    ),
    "street": (
        "street|Adresse|Rue|Address|Street|Street address|Adresse_1|Adresse ligne 1|Voie"
        "|Address 1|Address line 1|Adresse postale|N° et voie|Numéro et voie|Numéro et rue"
        "|Work address|Business Street|Rue (bureau)|Adresse professionnelle"
        "|Dienstlich: Adresse|Address 1 - Street|Home Street|Rue (domicile)|Home Address"
        "|Adresse privée|Adresse personnelle|Privat: Adresse|Other Street|Rue (autre)"
    ),
    "street2": (
        "street2|Complément|Complément d'adresse|Complément adresse|Adresse_2|Adresse ligne 2"
        "|Address 2|Address line 2|Street 2|Adresse (suite)|Adresse suite|Work address 2"
        "|Business Street 2|Rue (bureau) 2|Adresse professionnelle 2|Dienstlich: Adresse 2"
        "|Address 1 - Extended Address|Home Street 2|Rue (domicile) 2|Home Address 2"
        "|Adresse privée 2|Privat: Adresse 2"
    ),
    "postal_code": (
        "postal_code|Code postal|CP|Postal code|Postcode|Post code|Zip|Zip code|ZIP Code"
        "|Code post|Work ZipCode|Business Postal Code|Code postal (bureau)|Dienstlich: PLZ"
        "|Address 1 - Postal Code|Home Postal Code|Code postal (domicile)|Home ZipCode"
        "|Privat: PLZ|PLZ|Other Postal Code|Code postal (autre)"
    ),
    "city": (
        "city|Ville|Commune|City|Town|Nom_commune|Nom de la commune|Localité|Nom ville"
        "|Work city|Libellé commune|Suburb|Locality|Business City|Ville (bureau)"
        "|Dienstlich: Ort|Address 1 - City|Home City|Ville (domicile)|Privat: Ort|Ort"
        "|Other City|Ville (autre)"
    ),
    "country": (
        "country|Pays|Country|Country/Region|Pays/Région|Work country|Business Country/Region"
        "|Business Country|Pays/Région (bureau)|Pays (bureau)|Dienstlich: Land"
        "|Address 1 - Country|Home Country/Region|Home Country|Pays/Région (domicile)"
        "|Pays (domicile)|Privat: Land|Other Country/Region|Pays/Région (autre)"
    ),
    "customer_type": "customer_type|Typologie|Type de client|Type of customer|Customer type",
    "potential": "potential|Potentiel|Potentiel annuel|Potential a year",
    "ease": "ease|Facilité de conquête|Ease of conquest",
    "language": ("language|Langue|Language|Lang"),
    "kind": (
        "kind|Type de contact|Contact type|Nature du contact|Statut commercial|Qualification"
        "|Contact kind|Statut contact"
    ),
    "tags": (
        "tags|Tag|Étiquette|Étiquettes|Mots-clés|Labels|Catégories|Categories|Keywords"
        "|Group Membership"
    ),
    "source": ("source|Origine|Provenance|Source|Origine du contact|Lead source"),
}

#: Program → headers, by their letters, that only its address book has (seen in its exports).
PROGRAMS: dict[str, frozenset[str]] = {
    "Gmail": frozenset({"email1value", "groupmembership", "address1formatted"}),
    "Outlook": frozenset({"emaildisplayname", "businessstreet", "ruebureau"}),
    "Thunderbird": frozenset(
        {
            "primaryemail",
            "adresseelectroniqueprincipale",
            "premiereadresseelectronique",
            "primareemailadresse",
        }
    ),
}
