namespace ClayAspire.CrmSandbox.Demo;

/// <summary>Word lists that the demo organisation is put together from. Every name is a combination; none is taken from a real list of people.</summary>
internal static class DemoNames
{
    public static readonly string[] FirstNames =
    [
        "Ada", "Alba", "Anders", "Anika", "Aron", "Basil", "Bela", "Bruno", "Carla", "Cato", "Clio", "Dana", "Daria", "Elio", "Elin", "Emre",
        "Esra", "Fabio", "Farah", "Finn", "Flora", "Goran", "Greta", "Hana", "Hugo", "Ida", "Ilya", "Ines", "Iris", "Ivo", "Jana", "Jonas",
        "Juno", "Kaia", "Karim", "Kira", "Lars", "Leila", "Lena", "Lino", "Luca", "Maia", "Malik", "Mara", "Mats", "Milo", "Mina", "Nadia",
        "Nico", "Nila", "Noor", "Odin", "Olga", "Oskar", "Pavel", "Petra", "Quinn", "Rania", "Remy", "Rosa", "Ruben", "Sami", "Selma", "Silas",
        "Sonja", "Stella", "Tarek", "Tessa", "Theo", "Tilda", "Uma", "Vera", "Viggo", "Wanda", "Yara", "Yusuf", "Zara", "Zeno",
    ];

    public static readonly string[] LastNames =
    [
        "Abelmoor", "Aldergate", "Ashbrook", "Barrowin", "Bellcroft", "Birkholt", "Blackmere", "Bramsted", "Brightwell", "Calderon-Finch",
        "Castellane", "Clearwater", "Copperfeld", "Crestwood", "Dahlmark", "Darrowby", "Delacourt-Hay", "Dornfeld", "Eastmarch", "Eberlund",
        "Eldmoor", "Fairholm", "Falkenried", "Farrowgate", "Fernsby", "Fjordal", "Glenmarch", "Goldacre", "Grauwald", "Greyhaven", "Halvoren",
        "Harrowby", "Hawkmoor", "Heatherlow", "Hollowell", "Icefell", "Ironmark", "Jasperson", "Juniper", "Kaldera", "Kestrelow", "Kingsferry",
        "Kornblum", "Lakehurst", "Larkfeld", "Lindqvarn", "Lowenthal", "Maplethorn", "Marchbank", "Meadowell", "Merrowin", "Millbrae",
        "Moorcroft", "Nettlefold", "Nordhaven", "Northgate", "Oakenshaw", "Oldenmark", "Orchardby", "Ostermoor", "Palewood", "Pemberlow",
        "Quillfeather", "Quarrington", "Ravensholt", "Redfern", "Ridgemont", "Rosenmark", "Rothbury", "Saltmarsh", "Sandercot", "Seabright",
        "Silverlund", "Sommerfell", "Stonebridge", "Sundermeer", "Tallowin", "Tannenberg", "Thornfield", "Underhill", "Valebrook", "Vanterpool",
        "Varnholt", "Wainscott", "Waldgrave", "Westerholm", "Whitlock", "Windermark", "Wolfenden", "Wrenfield", "Yarrowby", "Zellwood",
    ];

    public static readonly string[] CompanyFirst =
    [
        "Acme", "Aurora", "Bluefin", "Borealis", "Brightside", "Cobalt", "Copperline", "Corvid", "Driftwood", "Ember", "Everglow", "Fathom",
        "Granite", "Halcyon", "Harborview", "Helix", "Ironbridge", "Juniper", "Keystone", "Lantern", "Lumen", "Meridian", "Nimbus", "Northwind",
        "Oakline", "Orbital", "Palisade", "Quarry", "Redwood", "Saffron", "Silverpine", "Skylark", "Solstice", "Summit", "Tidewater", "Umbra",
        "Vantage", "Verdant", "Wayfarer", "Zephyr",
    ];

    /// <summary>Second word of a company's name and what it is in.</summary>
    public static readonly (string Word, string Industry, string Gbu)[] CompanySecond =
    [
        ("Robotics", "Machinery", "Automation"), ("Motion", "Manufacturing", "Automation"), ("Controls", "Electronics", "Automation"),
        ("Fabrication", "Manufacturing", "Automation"), ("Logistics", "Transportation", "Mobility"), ("Freight", "Shipping", "Mobility"),
        ("Transit", "Transportation", "Mobility"), ("Fleet", "Transportation", "Mobility"), ("Power", "Energy", "Energy Systems"),
        ("Grid", "Utilities", "Energy Systems"), ("Solar", "Energy", "Energy Systems"), ("Storage", "Utilities", "Energy Systems"),
        ("Biologics", "Biotechnology", "Life Sciences"), ("Diagnostics", "Healthcare", "Life Sciences"), ("Clinics", "Healthcare", "Life Sciences"),
        ("Labs", "Biotechnology", "Life Sciences"), ("Civic", "Government", "Public Sector"), ("Schools", "Education", "Public Sector"),
        ("Works", "Construction", "Public Sector"), ("Software", "Technology", "Automation"),
    ];

    /// <summary>Where companies sit: region, country, city, legal form, beginning of a telephone number kept for fiction.</summary>
    public static readonly (string Region, string Country, string City, string LegalForm, string Phone)[] Places =
    [
        ("EMEA", "Germany", "Kassel", "GmbH", "+49 30 23125"), ("EMEA", "United Kingdom", "Leeds", "Ltd", "+44 113 4960"),
        ("EMEA", "France", "Rennes", "SAS", "+33 1 99 00"), ("EMEA", "Netherlands", "Breda", "B.V.", "+31 20 7941"),
        ("EMEA", "Sweden", "Lund", "AB", "+46 31 3900"), ("EMEA", "Spain", "Bilbao", "S.L.", "+34 900 000"),
        ("AMER", "United States", "Dayton", "Inc.", "+1 937 555 01"), ("AMER", "United States", "Tucson", "LLC", "+1 520 555 01"),
        ("AMER", "Canada", "Halifax", "Inc.", "+1 902 555 01"), ("APAC", "Australia", "Geelong", "Pty Ltd", "+61 3 5550 1"),
        ("APAC", "Singapore", "Singapore", "Pte. Ltd.", "+65 6000 0"), ("LATAM", "Brazil", "Curitiba", "Ltda", "+55 41 5550"),
    ];

    public static readonly string[] Titles =
    [
        "Head of Operations", "Plant Manager", "Director of Procurement", "VP Engineering", "Chief Technology Officer", "Operations Lead",
        "Supply Chain Manager", "Maintenance Manager", "Head of Digital", "Project Director", "Energy Manager", "Laboratory Manager",
        "Fleet Manager", "IT Director", "Managing Director", "Product Owner", "Quality Manager", "Purchasing Manager",
    ];

    public static readonly (string First, string Last, string Region, bool Active)[] Owners =
    [
        ("Maren", "Hollowell", "EMEA", true), ("Tomas", "Birkholt", "EMEA", true), ("Isla", "Kingsferry", "EMEA", true),
        ("Dario", "Seabright", "AMER", true), ("Noemi", "Ridgemont", "AMER", true), ("Kenji", "Larkfeld", "APAC", true),
        ("Paula", "Orchardby", "LATAM", true), ("Rufus", "Oldenmark", "EMEA", false),
    ];

    public static readonly (string Name, string Gbu, int Members, int StartsDaysAgo)[] Campaigns =
    [
        ("Automation Retrofit EMEA", "Automation", 620, 40), ("Fleet Electrification AMER", "Mobility", 480, 35),
        ("Grid Storage Webinar Follow-up", "Energy Systems", 510, 29), ("Lab Digitalisation", "Life Sciences", 430, 22),
        ("Public Sector Efficiency", "Public Sector", 310, 15), ("Cross-GBU Reactivation", "", 250, 8),
    ];
}
