"""Words that wound, from Mexico to the Río de la Plata, and words that wound only where they are aimed."""

INSULTS = {
    # Wounds wherever it stands, unless it is a name or somebody else's word.
    "STRONG": """
        imbecil* idiota* estupid* pendej* hijueput* hijoeput* hdp hp hpta cabron* maldit*
        sinverguenz* desgraciad* malnacid* maleant* lacra* escoria* tarad* babos* huevon* guevon*
        webon* weon* weona aweonad* ahuevad* boludo* boluda* pelotud* culer* mamon mamona puto puta
        putos putas zorra* mierda* mugros* asqueros* tramposo* tramposa* tramposit* embuster* caradura*
        carepalo conchud* conchatumadre ctm csm csmr descarad* fracasad* arrastrad* malviviente*
        sarnos* zangan* holgazan* haragan* pelagatos tracaler* malapaga* malagradecid* desvergonzad*
        sinverguenceria gonorrea* malparid* marica maricon* joto jota pinche pinches cretin*
        canalla* rastrer* miserables culiao culiado mequetrefe* cagada cagon* gusano* pobreton*
        patan* vividor* aprovechad* comemierda* careverga verga cerota cerote cerotes pisado chafa
        naco nacos naca piojos* muertodehambre payas* baboz* buenoparanada lambiscon* huevona
        gilipollas garca garcas chorra chorro* atorrante* mugre jodido jodida desobligad* holgazana
        bolud* infeliz infelices tranfuga* badulaque* mamerto* caremonda soreta sorete marginal*
        alimana* sabandija* sanguijuela* malhechor* facineros* conchesumadre ladronzuel* tranza
        tranzas atrevid* malcriad* mugrient* prostibul* pelad* sinvergonz* charlatan* retrasad*
        mongolic* subnormal*
    """,
    # A hard word for a person; also a fact, an animal or a trade. It wounds when said to or of somebody.
    "AIMED": """
        inutil inutiles analfabet* rata* rater* ladron* delincuente* criminal* bandid* estafador*
        mentiros* parasit* mantenid* vag* vago vaga vagos basura borrach* drogadict* perro perra
        perros animal animales burro burra burros cerdo cerda cerdos marrano* marrana puerco* puerca
        sucio sucia cochin* cobarde* ignorante* brut* bestia* irresponsable* moroso morosa morosos
        flojo floja flojos perezos* miserable* gordo gorda viejo vieja loco loca ridicul*
        inservible* transa transas manoso indio india negro negra cholo chola corriente igualad*
        igualado fresc* descomedid* raton* cucaracha* lagart* cinic* farsante* timador* chor* tonto
        tonta tontos bobo boba lento menso mensa necio necia terco bicho gil giles pillo* pillos
        granuja* truhan* aprovechon* viva vivo avivado vivos mediocre* perdedor* fantoche*
        hipocrita* desleal* carterista* vulgar* prostitut* alcoholic* vicios* mamarracho* mala
        sanguinario
    """,
    # Of those, what wounds even after a plain "es un".
    "NAMED": """
        inutil inutiles rata* rater* ladron* delincuente* criminal* bandid* estafador* mentiros*
        parasit* mantenid* vag* vago vaga vagos basura cobarde* ignorante* brut* bestia*
        irresponsable* miserable* ridicul* inservible* transa manoso descomedid* raton* cucaracha*
        cinic* farsante* timador* holgazan* zangan* chor* tonto tonta bobo boba menso mensa gil
        pillo* granuja* truhan* mediocre* perdedor* hipocrita* vulgar* prostitut* perezos* fantoche*
        igualad* conflictiv* mamarracho* vicios* moros*
    """,
    # Animals: an insult to a person only after "es un", "qué" and the like.
    "BEAST": """
        perro perra cerdo cerda marrano* puerco puerca burro burra animal animales buitre vibora*
        culebra* cucaracha* rata
    """,
    "SPOKEN": """
        usted ustedes ud vos tu oiga oigame oye mire miren mira senor senora senorita don dona joven
        hombre pague paga paguen pagame pagueme deposite contesta conteste conteteme abra abre salga
        sali cumpla cumple responde responda deje deja trabaje trabaja trabajen ponte pongase busque
        escuche
    """,
    "VILE": """
        pinche pinches puto puta maldito maldita condenado condenada jodido jodida gran tremendo
        tremenda reverendo viejo vieja gordo gorda pobre tipo tipa este esta ese esa partida bola
        manada banda sarta cara familia gente par hijo hija raza casta monton nido
    """,
}
