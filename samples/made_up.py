"""The made-up names, firms and streets that make_contacts.py draws from."""

from __future__ import annotations

from collections.abc import Mapping

#: Town, its postal codes, how many contacts live there.
PLACES = (
    ("Rennes", ("35000", "35000", "35200", "35700"), 100),
    ("Cesson-Sévigné", ("35510",), 15), ("Saint-Grégoire", ("35760",), 12),
    ("Bruz", ("35170",), 11), ("Betton", ("35830",), 10), ("Pacé", ("35740",), 9),
    ("Chantepie", ("35135",), 8), ("Le Rheu", ("35650",), 6), ("Acigné", ("35690",), 5),
    ("Saint-Malo", ("35400",), 16), ("Dinard", ("35800",), 6), ("Dinan", ("22100",), 8),
    ("Fougères", ("35300",), 7), ("Vitré", ("35500",), 7), ("Vannes", ("56000",), 13),
    ("Lorient", ("56100",), 6), ("Quimper", ("29000",), 4), ("Brest", ("29200",), 4),
    ("Nantes", ("44000", "44100", "44200", "44300"), 20), ("Rezé", ("44400",), 5),
    ("Lyon", ("69003", "69004", "69006", "69007"), 11), ("Villeurbanne", ("69100",), 3),
    ("Besançon", ("25000",), 10),
)  # fmt: skip

WOMEN = (
    "Marie", "Hélène", "Anaïs", "Gwenaëlle", "Solène", "Maëlle", "Françoise", "Élodie", "Nolwenn",
    "Zoé", "Chloé", "Océane", "Anne-Marie", "Aurélie", "Béatrice", "Cécile", "Delphine", "Émilie",
    "Fanny", "Geneviève", "Inès", "Joëlle", "Katell", "Léa", "Margaux", "Noémie", "Pauline",
    "Rozenn", "Sophie", "Thérèse", "Valérie", "Yasmina", "Agnès", "Clémence", "Enora", "Lucie",
)  # fmt: skip
MEN = (
    "Yann", "Loïc", "Gaël", "François", "Jean-Pierre", "Erwan", "Mickaël", "Benoît", "Hervé",
    "Ronan", "Tanguy", "Gurvan", "Stéphane", "Jérôme", "Rémi", "André", "Cédric", "Damien",
    "Éric", "Fabrice", "Goulven", "Hugo", "Ismaël", "Joël", "Kévin", "Léo", "Mathieu", "Noël",
    "Olivier", "Philippe", "Quentin", "Raphaël", "Sébastien", "Théo", "Vincent", "Youenn",
)  # fmt: skip
SURNAMES = (
    "Le Goff", "de Kergariou", "d'Alençon", "Le Bihan", "Kermarec", "Guéguen", "Tanguy-Morel",
    "Prigent", "Le Floc'h", "Corbel", "Lefèvre", "Grandjean", "Jaouen", "Péron", "du Boishaut",
    "Quéméner", "Rivoal", "Salaün", "Tréguier", "Urvoas", "Vaillant", "Abgrall", "Bescond",
    "Cadiou", "Daniélou", "Evenou", "Février", "Gourvennec", "Hamon", "Inizan", "Kerbrat",
    "Lagadec", "Marrec", "Nédélec", "Ollivier", "Pellerin", "Rannou", "Séité", "Thoraval",
    "Morvan", "Berthelot", "Chauvière", "Dréano", "Élain", "Fouquet", "Garnier", "Héry",
    "Jouan", "Le Du", "Le Gall", "Mahé", "Noblet", "Ogier", "Pasquier", "Rouxel", "Saint-Aubin",
    "Texier", "Vilboux", "Bourdonnais", "Clézio", "Delahaye", "Guérin", "Hélias", "Lemoine",
    "de La Villéon", "Martinière", "Nicolas", "Oger", "Poulain", "Renaudin", "Sévère", "Tual",
)  # fmt: skip
ENGLISH = (
    ("Mrs", "Eleanor", "Ashcombe"), ("Mr", "Thomas", "Bramwell"), ("Ms", "Grace", "Penhallow"),
    ("Mr", "Oliver", "Thornbury"), ("Mrs", "Harriet", "Lockwood"), ("Mr", "James", "O'Hara"),
    ("Ms", "Imogen", "Fairclough"), ("Mr", "George", "Tremayne"), ("Mrs", "Charlotte", "Wexley"),
    ("Mr", "Alistair", "McKerrow"), ("Ms", "Beatrice", "Hollingdale"), ("Mr", "Rupert", "Selwick"),
    ("Mrs", "Winifred", "Marchbanks"), ("Mr", "Edmund", "Carraway"),
)  # fmt: skip
#: Where English people have settled.
ENGLISH_TOWNS = ("Dinan", "Dinard", "Saint-Malo", "Vannes", "Rennes", "Fougères")

STREETS = (
    "rue du Four", "rue des Tanneurs", "rue de la Fontaine", "allée des Châtaigniers",
    "rue du Moulin-à-Vent", "avenue des Frères-Cousin", "rue de l'Abreuvoir", "place du Puits",
    "rue des Hautes-Haies", "boulevard des Ormes", "impasse du Verger", "rue Neuve",
    "chemin de la Prévôté", "rue des Lavandières", "quai de l'Écluse", "rue du Chêne-Vert",
    "rue de la Scierie", "allée Anne-de-Bretagne", "rue des Trois-Journées", "venelle du Lavoir",
    "rue du Bourg-Neuf", "avenue de l'Étang", "rue Saint-Éloi", "rue de la Grange-aux-Dîmes",
)  # fmt: skip
SECOND_LINES = (
    "Bâtiment B", "Appartement 12", "Résidence Les Ajoncs", "2e étage", "ZA de la Hallerais",
    "Escalier C, porte 4", "Lieu-dit Kerguélen", "BP 40012",
)  # fmt: skip

#: Trade → what its firms call themselves ({} takes a name), and who answers there: a woman, a man.
TRADES: Mapping[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = {
    "Architecture": (("Atelier {}", "Studio {}"), (("Architecte", "Architecte"),)),
    "Hôtellerie": (("Hôtel {}", "Résidence {}"), (("Directrice", "Directeur"),)),
    "Restauration": (("Crêperie {}", "Auberge {}"), (("Gérante", "Gérant"), ("Cheffe", "Chef"))),
    "Commerce": (("Librairie {}", "Maison {}", "Épicerie {}"), (("Gérante", "Gérant"),)),
    "Immobilier": (("Agence {}",), (("Directrice d'agence", "Directeur d'agence"),)),
    "Santé": (("Cabinet {}", "Pharmacie {}"), (("Titulaire", "Titulaire"),)),
    "Bâtiment": (("Entreprise {}",), (("Conductrice de travaux", "Conducteur de travaux"),)),
    "Association": (("Foyer {}", "Maison commune {}"), (("Présidente", "Trésorier"),)),
}
FIRM_NAMES = (
    "Kerouzé", "des Trois Hermines", "Ty Lann", "de l'Aber", "Men Du", "Belle-Étoile",
    "de la Vilaine Verte", "Kerlaouen", "du Vieux Cèdre", "Port-Aubry", "Saint-Kado", "Rozven",
    "des Glycines", "Brécilien", "Penn ar Koad", "de l'Hermitière", "Lann Vihan", "du Pont-Neuvy",
    "Val d'Isac", "des Quatre Salines", "Kerguen", "La Houssaye", "du Grand Hêtre", "Coat Meur",
    "des Marais Bleus", "Toul ar Hoat", "de Rochebelle", "Ker Avel", "du Petit Bief", "Montfleury",
)  # fmt: skip
MAILBOXES = ("courriel.example", "boite.example", "fibre-ouest.example", "messagerie.example")
#: Mainland areas by the first two digits of a postal code; the range kept for fiction there.
LANDLINES = {"25": "03 53 01", "69": "04 65 71"}
ORIGINS = (
    "Salon de l'habitat 2025", "Site internet", "Recommandation", "Portes ouvertes 2026",
    "Annuaire professionnel", "Passage à l'atelier",
)  # fmt: skip
WISHES = ("escalier", "bibliothèque", "cuisine", "agencement", "terrasse", "parquet")
REMARKS = (
    "Préfère être appelé le matin", "Projet de rénovation en 2027", "A visité l'atelier en juin",
    "Demande un devis pour l'étage", "Connaît Yann", "Rappeler après les vacances",
    "Souhaite du châtaignier", "Vient d'acheter une longère",
)  # fmt: skip
