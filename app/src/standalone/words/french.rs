use super::DoorWords;
use crate::{
    standalone::{administration::AdministrationProblem, doors::DoorProblem},
    types::TeamRole,
};

// Before : ; ? ! and inside « » stand narrow no-break spaces (U+202F), as French typography wants.
pub const FRENCH: DoorWords = DoorWords {
    sign_in: "Se connecter",
    name: "Nom",
    password: "Mot de passe",
    have_code: "J'ai un code sur papier",
    forgot_password: "Mot de passe oublié\u{202f}? Demandez un nouveau lien à un administrateur.",
    code_title: "Saisissez votre code",
    code_explained: "Il est sur le papier qu'on vous a remis.",
    code: "Code",
    go_on: "Continuer",
    to_sign_in: "J'ai un nom et un mot de passe",
    wait_title: "Un instant",
    expired_title: "Ce lien ne fonctionne plus",
    expired: "Il a déjà servi, ou il est trop ancien. Demandez-en un autre à un administrateur.",
    expired_set_up: "C'était le lien qui configure Chaton\u{202f}? Relancez Chaton\u{202f}: il en affiche un nouveau dans son terminal.",

    set_up_title: "Configurer Chaton",
    set_up_explained: "Vous êtes la première personne ici. Ce compte sera l'administrateur\u{202f}: c'est lui qui invite les autres.",
    name_hint: "Il vous servira à vous connecter.",
    password_hint: "Plusieurs mots à la suite se retiennent bien et se devinent mal.",
    password_again: "Mot de passe, encore une fois",
    takes_conversations: |count| match count {
        1 => "La conversation qui est sur cet ordinateur est à moi".into(),
        count => format!("Les {count} conversations qui sont sur cet ordinateur sont à moi"),
    },
    takes_conversations_hint: |count| match count {
        1 => "Si vous laissez cette case vide, elle reste cachée jusqu'à ce qu'on la confie à quelqu'un.",
        _ => "Si vous laissez cette case vide, elles restent cachées jusqu'à ce qu'on les confie à quelqu'un.",
    },
    join_title: "Bienvenue dans Chaton",
    join_explained: "Choisissez un nom et un mot de passe. Ils vous serviront à vous connecter.",
    choose_password: "Choisissez le mot de passe de votre compte.",
    create_account: "Créer le compte",
    set_password: "Enregistrer le mot de passe",
    change_title: "Changer le mot de passe",
    change_explained: "Vos autres navigateurs seront déconnectés.",
    current_password: "Mot de passe actuel",
    sign_on: |name| format!("Se connecter avec {name}"),
    refused_address: "Ce n'est pas l'adresse de ce Chaton. Demandez la bonne à votre administrateur.",
    back_to_settings: "Retour aux réglages",
    refused_proxy: "Cette demande est passée par un serveur mandataire (proxy) que Chaton ne connaît pas. Relancez-le avec --public-url et --trusted-proxy.",
    door_problem,

    administration: "Administration",
    back_to_chat: "Retour à la discussion",
    sections: "Sur cette page",
    named: |what, whom| format!("{what}\u{202f}: {whom}"),
    new_link: "Nouveau lien",
    link: "Lien",
    link_shown_once: |count| format!("Il ne s'affiche que maintenant. Il fonctionne pendant {}.", days(count)),
    administration_problem,

    people: "Personnes",
    roles_explained: "Les administrateurs voient cette page. Les invités ont des limites plus basses que les membres.",
    from_before: "Conversations d'avant l'équipe",
    from_before_hint: "Créez un nouveau lien pour la personne à qui elles appartiennent\u{202f}: qui l'ouvre les reçoit.",
    you: "Vous",
    role: "Rôle",
    role_name: |role| match role {
        TeamRole::Administrator => "Administrateur",
        TeamRole::Member => "Membre",
        TeamRole::Guest => "Invité",
    },
    change: "Modifier",
    change_role: "Modifier le rôle",
    is_disabled: "Compte désactivé",
    never_signed_in: "Pas encore de première connexion",
    signed_out: "Aucune connexion en ce moment",
    used_days_ago: |days| match days {
        0 => "Dernière visite aujourd'hui".into(),
        1 => "Dernière visite hier".into(),
        days => format!("Dernière visite il y a {days} jours"),
    },
    disable: "Désactiver",
    enable: "Réactiver",
    delete: "Supprimer",
    delete_title: "Supprimer définitivement\u{202f}?",
    delete_explained: "Le compte disparaît, avec toutes ses conversations, ses images et ses navigateurs connectés. Personne ne pourra les récupérer.",
    delete_from_before: "Ces conversations et leurs images disparaissent. Personne ne pourra les récupérer.",
    delete_backups: "Les sauvegardes faites auparavant les contiennent encore.",
    disable_instead: "Pour ne rien perdre, désactivez plutôt le compte\u{202f}: plus personne ne pourra s'y connecter.",
    delete_for_good: "Supprimer définitivement",
    cancel: "Annuler",

    invitations: "Invitations",
    invitations_explained: "Qui ouvre le lien se crée un compte.",
    invitations_passed_on: "Transmettez-le vous-même\u{202f}: Chaton n'envoie pas de courriel.",
    invitations_by_mail: "Chaton peut l'envoyer par courriel, ou vous le transmettez vous-même.",
    mail_to: "L'envoyer par courriel à (ou laisser vide)",
    mailed_to: |address| format!("Envoyé à {address}."),
    mail_subject: "Votre invitation à Chaton",
    mail_text: |link, count| {
        format!(
            "Bonjour,\n\nvous êtes invité à Chaton, une discussion à propos d'images. Ouvrez ce lien pour choisir un nom et un \
             mot de passe\u{202f}; il fonctionne pendant {}\u{202f}:\n\n{link}\n\nSi vous n'attendiez pas ce courriel, n'en tenez pas \
             compte.\n",
            days(count)
        )
    },
    group: "Groupe",
    no_group: "Aucun groupe",
    uses: "Combien de personnes peuvent s'en servir",
    valid_days: "Valable (jours)",
    for_whom: "Pour qui (visible de vous seulement)",
    make_link: "Créer un lien",
    open_invitations: "Invitations en cours",
    no_invitations: "Il n'y en a aucune.",
    no_note: "Pour quelqu'un",
    uses_left: |people| match people {
        1 => "pour encore 1 personne".into(),
        people => format!("pour encore {people} personnes"),
    },
    expires_in_days: |days| match days {
        0 => "prend fin aujourd'hui".into(),
        1 => "prend fin demain".into(),
        days => format!("prend fin dans {days} jours"),
    },
    revoke: "Révoquer",

    class_list: "Liste de classe",
    class_list_explained: "Chaque personne de la liste reçoit un code sur papier\u{202f}: pour qui n'a pas de courriel. Les codes viennent sur une page à imprimer, une seule fois.",
    list_file: "Liste en fichier (CSV)\u{202f}: un nom par ligne, ou une colonne intitulée Nom",
    list_text: "Ou écrivez les noms ici, un par ligne",
    make_codes: "Créer les codes",
    codes_title: "Codes à imprimer",
    print_now: "Imprimez cette page maintenant\u{202f}: les codes ne s'affichent qu'une seule fois.",
    back_to_administration: "Retour à l'administration",
    card_address: "Ouvrez cette adresse",
    card_code: "et saisissez ce code",
    card_expires: |count| format!("Il sert une fois, pendant {}.", days(count)),

    groups: "Groupes",
    groups_explained: "Un responsable voit qui est dans le groupe, y ajoute des personnes et donne un code à qui ne s'est pas encore connecté, mais ne voit jamais les conversations.",
    group_name: "Nom du groupe",
    retention_days: "Supprimer les conversations après (jours)",
    retention_hint: "Les conversations de ses membres peuvent être supprimées quelque temps après leur dernière utilisation. Sans nombre de jours, elles restent.",
    add_group: "Ajouter un groupe",
    members: |count| match count {
        0 => "aucun membre".into(),
        1 => "1 membre".into(),
        count => format!("{count} membres"),
    },
    leader: "Responsable",
    led_groups: "Vos groupes",
    led_groups_explained: "Vous voyez qui est dans vos groupes, jamais ce qui s'y écrit. Pour un mot de passe oublié, adressez-vous à un administrateur.",
    new_code: "Nouveau code",
    make_leader: "Nommer responsable",
    make_member: "Retirer le rôle de responsable",
    remove: "Retirer",
    person: "Personne",
    add_person: "Ajouter au groupe",
    save: "Enregistrer",
    delete_group: "Supprimer le groupe",
    delete_group_hint: "Ses membres et leurs conversations restent.",
};

fn days(count: u32) -> String {
    match count {
        0 => "moins d'un jour".into(),
        1 => "1 jour".into(),
        count => format!("{count} jours"),
    }
}

fn time(seconds: u32) -> String {
    match seconds {
        0 | 1 => "1 seconde".into(),
        2..=90 => format!("{seconds} secondes"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

fn door_problem(problem: DoorProblem) -> String {
    match problem {
        DoorProblem::WrongNameOrPassword => {
            "Ce nom et ce mot de passe n'ouvrent rien ici. Vérifiez les deux, ou demandez à un administrateur.".into()
        }
        DoorProblem::TooManyAttempts { seconds } => {
            format!("Trop d'essais. Attendez {} et réessayez.", time(seconds))
        }
        DoorProblem::NameMissing => "Il manque le nom. Écrivez-le et réessayez.".into(),
        DoorProblem::NameTooLong { limit_letters } => {
            format!("Le nom est trop long\u{202f}: {limit_letters} lettres au plus. Raccourcissez-le.")
        }
        DoorProblem::NameTaken => "Quelqu'un porte déjà ce nom ici. Choisissez-en un autre.".into(),
        DoorProblem::PasswordTooWeak => {
            "Ce mot de passe se devine facilement. Prenez plusieurs mots, ou allongez-le.".into()
        }
        DoorProblem::PasswordTooLong { limit_letters } => {
            format!("Le mot de passe est trop long\u{202f}: {limit_letters} lettres au plus. Raccourcissez-le.")
        }
        DoorProblem::PasswordsDiffer => "Les deux mots de passe diffèrent. Saisissez-les de nouveau.".into(),
        DoorProblem::WrongPassword => "Ce n'est pas votre mot de passe actuel. Saisissez-le de nouveau.".into(),
        DoorProblem::SignOnFailed => {
            "La connexion par l'autre service n'a pas marché. Réessayez, ou demandez à un administrateur.".into()
        }
        DoorProblem::SignOnRefused => {
            "On vous connaît là-bas, mais dans aucun groupe admis ici. Demandez à un administrateur.".into()
        }
        DoorProblem::CodeUnknown => {
            "Ce code est inconnu, ou a déjà servi. Vérifiez-le, ou demandez-en un autre.".into()
        }
    }
}

fn administration_problem(problem: &AdministrationProblem) -> String {
    match problem {
        AdministrationProblem::LastAdministrator => {
            "Rien n'a été changé\u{202f}: sans cette personne, il n'y aurait plus d'administrateur. Nommez-en d'abord un autre.".into()
        }
        AdministrationProblem::NameMissing => "Il manque un nom. Écrivez-le et réessayez.".into(),
        AdministrationProblem::NameTaken { name } => {
            format!("Le nom {name} est déjà pris. Rien n'a été changé\u{202f}: choisissez-en un autre.")
        }
        AdministrationProblem::NameTooLong { limit_letters } => {
            format!("Un nom est trop long\u{202f}: {limit_letters} lettres au plus. Raccourcissez-le et réessayez.")
        }
        AdministrationProblem::GroupNameTaken { name } => {
            format!("Il y a déjà un groupe {name}. Rien n'a été changé\u{202f}: choisissez un autre nom.")
        }
        AdministrationProblem::ListEmpty => {
            "La liste ne contient aucun nom. Écrivez-en un par ligne, ou choisissez un fichier avec des noms.".into()
        }
        AdministrationProblem::ListTooLong { limit } => {
            format!("La liste est trop longue\u{202f}: {limit} noms au plus. Divisez-la et envoyez-la en plusieurs fois.")
        }
        AdministrationProblem::ListColumns => {
            "La liste a plusieurs colonnes, et aucune ne s'appelle Nom. Ajoutez une première ligne qui les nomme, puis renvoyez-la."
                .into()
        }
        AdministrationProblem::Gone => {
            "Cet élément n'existe plus\u{202f}: il a été supprimé, ou il a expiré. Voici ce qu'il y a maintenant.".into()
        }
        AdministrationProblem::MailAddress => {
            "Cette adresse de courriel ne peut pas être juste. Rien n'a été changé\u{202f}: corrigez-la et réessayez.".into()
        }
        AdministrationProblem::MailNotSent => {
            "Le courriel n'a pas pu partir. Le lien est prêt\u{202f}: transmettez-le vous-même.".into()
        }
        AdministrationProblem::Number => {
            "Un nombre manque, ou il est trop petit ou trop grand. Rien n'a été changé\u{202f}: corrigez-le et réessayez.".into()
        }
    }
}
