"""A made-up address book of ninety-four rows with its doubles, as French offices write them.

One line per row, its cells by `;`: who it is, then civility, first name, last name, firm, SIRET,
e-mail, phone, mobile, street, second line, postal code, town. Rows with one number are one person
or firm. From 50 on everybody is on file once: couples, brothers, colleagues, namesakes, firms of
one building, sites of one firm.
"""

from __future__ import annotations

HEADER = (
    "Civilité;Prénom;Nom;Société;SIRET;E-mail;Téléphone;Portable;Adresse;Complément;"
    "Code postal;Ville"
)

ROWS = tuple(
    line.split(";", 1)
    for line in """\
1;;Hélène;Tanguy;;;helene.tanguy@courriel.example;02 99 85 38 02;;14 rue des Lilas;;35000;Rennes
1;;Helene;Tangui;;;h.tanguy@bureau.example;+33299853802;;14 r des Lilas;;35000;RENNES
2;;Arthur;Pennec;;;;02 40 12 34 56;;5 place Pasteur;;44000;Nantes
2;;Pennec;Arthur;;;;;;5 pl. Pasteur;;44000;Nantes
3;;Louise;Kerloc'h;;;lkerloch@mail.example;;;118 boulevard de la Liberté;;59000;Lille
3;;Louise;Kerloch;;;;;;118 bd de la Liberte;;59000;Lille
4;;Marc;Delaunay;;;marc.delaunay@mail.example;;06 12 34 56 01;3 quai Sud;;29200;Brest
4;;Marc;Delaunay;;;;;06 12 34 56 01;27 avenue de la Gare;;56000;Vannes
5;;Sophie;Martin;;;sophie.m@mail.example;;06 22 33 44 55;9 impasse du Moulin;;37000;Tours
5;;Sophie;Lefèvre-Martin;;;;;06 22 33 44 55;9 imp du Moulin;;37000;Tours
6;;Claire;Dubois;;;;;06 70 80 90 10;21 rue Victor Hugo;;69002;Lyon
6;;Claire;Perrin;;;;;06 70 80 90 10;21 rue Victor Hugo;;69002;Lyon
7;;Jean-Pierre;Moreau;;;;05 56 00 11 22;;2 chemin des Vignes;;33000;Bordeaux
7;;J.-P.;Moreau;;;;05 56 00 11 22;;2 ch. des Vignes;;33000;Bordeaux
8;;Catherine;Rousseau;;;c.rousseau@mail.example;;;44 rue Nationale;;59800;Lille
8;;C.;Rousseau;;;;;;44 rue Nationale;;59800;Lille
9;;Charles;de La Tour;;;;;;1 place du Château;;49000;Angers
9;;Charles;Delatour;;;;;;1 pl du Chateau;;49000;ANGERS
10;;Bernard;Fontaine;;;;03 80 11 22 33;;12 rue Carnot;;21000;Dijon
10;;Bernard;Fontaine;;;;03 80 11 22 33;;21 rue Carnot;;21000;Dijon
11;;Nathalie;Girard;;;ngirard@mail.example;;;7 allée des Acacias;;31000;Toulouse
11;;;Nathalie GIRARD;;;;;;7 all. des Acacias;;31000;Toulouse
12;;Paul;Lambert;;;paul.lambert@courriel.example;;;;;67000;Strasbourg
12;;Paul;Lambert;;;paul.lambret@courriel.example;;;;;67000;Strasbourg
13;;Isabelle;Faure;;;;;;63 route de Vannes;;44800;Saint-Herblain
13;;Isabelle;Faure;;;;;;63 rte de Vannes;;44080;St Herblain
14;;Olivier;Mercier;;;;;0611223344;15 rue du Faubourg Saint-Antoine;;75011;Paris
14;;Olivier;Mercier;;;;;;15 rue du Fbg St Antoine;;75011;Paris 11
15;;François;Blanchard;;;f.blanchard@mail.example;;;8 square des Tilleuls;;35200;Rennes
15;;Francois;Blanchart;;;;02 99 11 11 11;;8 sq des Tilleuls;;35200;Rennes
15;;François;BLANCHARD;;;francois.blanchard@autre.example;02 99 11 11 11;;;;35200;Rennes
16;;Anne-Sophie;Le Goff;;;;;;3 rue de Brest;;22000;Saint-Brieuc
16;;Anne Sophie;LEGOFF;;;;;;3 rue de Brest;;22000;ST BRIEUC
17;;Thierry;Chevalier;;;;0326001122;;10 bis rue de la Paix;;51100;Reims
17;;Thierry;Chevallier;;;;;;10B rue de la Paix;;51100;Reims
18;;Véronique;Gauthier;;;;;;55 cours Gambetta;;13100;Aix-en-Provence
18;;Veronque;Gautier;;;;;;55 crs Gambetta;;13100;Aix en Provence
19;;Gwenaëlle;Quéméneur;;;gwen.quemeneur@mail.example;;;4 rue du Port;;29900;Concarneau
19;;Gwenaelle;Quemeneur;;;gwen.quemeneur@poste.example;;;80 rue de Paris;;92100;Boulogne-Billancourt
20;;Michel;Garnier;;;;01 46 70 00 01;;31 avenue Jean Jaurès;;94200;Ivry-sur-Seine
20;;Miche1;Gamier;;;;01 46 70 00 01;;31 av. J. Jaures;;94200;Ivry sur Seine
21;;Alexandre;Roche;;;alex.roche@mail.example;;0677889900;;;38000;Grenoble
21;;Alex;Roche;;;;;0677889900;;;38000;Grenoble
22;;Patrick;Vidal;;;pvidal@mairie.example;;;1 esplanade de la Mairie;;34000;Montpellier
22;;Patrick;Vidal;;;;;;1 espl. de la Mairie;;34064;Montpellier Cedex 2
23;;Martine;Leroux;;;;;;Résidence Les Pins, Bât. B;16 rue Pasteur;06000;Nice
23;;Martine;Le Roux;;;;;;16 rue Pasteur;Res. les Pins Bat B;06000;Nice
24;;Mme Brigitte;Caron;;;;;;77 rue de Metz;;54000;Nancy
24;Mme;Brigitte;Caron;;;;;;77 rue de Metz;;54000;Nancy
25;;Sylvain;Renaud;;;;06 99 88 77 66;;;;64000;Pau
25;;Sylvain;Renaud;;;;;06.99.88.77.66;;;64000;Pau
26;;Laurent;Picard;Menuiserie Picard;;laurent.picard@menuiserie-picard.example;;;;;14000;Caen
26;;Laurent;PICARD;MENUISERIE PICARD SARL;;contact@menuiserie-picard.example;;;;;14000;Caen
30;;;;Boulangerie Le Fournil SARL;;;0299000001;;6 rue du Four;;35000;Rennes
30;;;;SARL BOULANGERIE LE FOURNIL;;;;;6 r. du Four;;35000;Rennes
31;;;;Établissements Durand et Fils;;;0297000002;;ZA des Landes, 4 rue Ampère;;56800;Ploërmel
31;;;;Ets Durand & Fils;;;0297000002;;4 rue Ampere;Z.A. des Landes;56800;Ploermel
32;;;;Transports Morvan;552 100 554 00013;;;;12 rue du Rail;;29000;Quimper
32;;;;Morvan Transport;55210055400013;;;;12 rue du Rail;;29000;Quimper
33;;;;Garage de l'Étoile;;;0388000003;;2 place de l'Étoile;;67000;Strasbourg
33;;;;Garage de l Etoille;;;0388000003;;;;67000;Strasbourg
34;;;;Atelier Brocéliande;;contact@atelier-broceliande.example;;;;;35380;Paimpont
34;;;;L'Atelier Broceliande;;info@atelier-broceliande.example;;;;;35380;Paimpont
50;M.;Jacques;Bertin;;;;0243000010;;18 rue des Écoles;;72000;Le Mans
51;Mme;Jeanne;Bertin;;;;0243000010;;18 rue des Écoles;;72000;Le Mans
52;;Luc;Olivier;;;;0231000011;;30 rue Basse;;14000;Caen
53;;Emma;Vasseur;;;;0231000011;;30 rue Basse;;14000;Caen
54;;Pierre;Lacombe;;;pierre.lacombe@mail.example;;0601010101;5 chemin du Lavoir;;15000;Aurillac
55;;Pierre;Lacombe fils;;;placombe2@mail.example;;0602020202;5 chemin du Lavoir;;15000;Aurillac
56;;Léa;Roussel;;;;0233000012;;11 rue de l'Église;;50100;Cherbourg
57;;Léo;Roussel;;;;0233000012;;11 rue de l'Église;;50100;Cherbourg
58;;Mathieu;Colin;;;mathieu.colin@mail.example;;;2 rue Haute;;88000;Épinal
59;;Mathis;Colin;;;mathis.colin@mail.example;;;2 rue Haute;;88000;Épinal
60;;Jean;Martin;;;jmartin@un.example;;;3 rue de la Gare;;13001;Marseille
61;;Jean;Martin;;;jean.martin@deux.example;;;40 rue du Bac;;75007;Paris
62;;Marie;Bernard;;;;0142000001;;12 rue Ordener;;75018;Paris
63;;Marie;Bernard;;;;0145000002;;90 rue Lecourbe;;75015;Paris
64;;;;Cabinet Leduc Expertise;;contact@leduc.example;;;1 parvis de la Défense;;92800;Puteaux
65;;;;Cabinet Lenoir Avocats;;contact@lenoir.example;;;1 parvis de la Défense;;92800;Puteaux
66;;;;Supermarché Horizon;732 829 320 00074;;;;Route de Nantes;;85000;La Roche-sur-Yon
67;;;;Supermarché Horizon;732 829 320 00017;;;;Avenue de l'Océan;;85100;Les Sables-d'Olonne
68;;Julie;Marchand;Ocre Conseil;;julie.marchand@ocre.example;0140000020;;8 rue de Sèze;;75009;Paris
69;;Julien;Marchal;Ocre Conseil;;julien.marchal@ocre.example;0140000020;;8 rue de Sèze;;75009;Paris
70;;Sarah;Benali;Ocre Conseil;;sarah.benali@ocre.example;0140000020;;8 rue de Sèze;;75009;Paris
71;;André;Petit;;;;;;14 rue des Roses;;41000;Blois
72;Mme;Andrée;Petit;;;;;;14 rue des Roses;;41000;Blois
73;;;;Pharmacie Centrale;;;;;1 place du Marché;;17000;La Rochelle
74;;;;Pharmacie Centrale;;;;;3 place de la République;;79000;Niort
75;;Hugo;Tessier;Tessier Bois;;;0384000030;;6 rue du Bois;;39000;Lons-le-Saunier
76;;Inès;Tessier;Tessier Bois;;;0384000030;;6 rue du Bois;;39000;Lons-le-Saunier
77;;Nicolas;Robin;;;;;;25 rue de Siam;Apt 12;29200;Brest
78;;Nicole;Robin;;;;;;25 rue de Siam;Apt 31;29200;Brest
79;;Thomas;Durand;;;thomas.durand@mail.example;;0655000001;4 rue Moncey;;69003;Lyon
80;;Thomas;Durand;;;t.durand77@mail.example;;0655000002;160 avenue Jean Jaurès;;69007;Lyon
""".splitlines()
)
