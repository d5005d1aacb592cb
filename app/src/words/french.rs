use super::{Words, problems};
use crate::types::Language;

// Before : ; ? ! and inside « » stand narrow no-break spaces (U+202F), as French typography wants.
pub const FRENCH: Words = Words {
    language: Language::French,

    conversations: "Conversations",
    new_chat: "Nouvelle discussion",
    options_for: |title| format!("Options pour {title}"),
    rename: "Renommer",
    delete: "Supprimer",
    new_title: "Nouveau titre",
    conversation_deleted: "Conversation supprimée.",
    undo: "Annuler",
    no_conversations: "Vos conversations seront ici.",
    settings: "Réglages",
    show_conversations: "Afficher les conversations",
    hide_conversations: "Masquer les conversations",
    skip_to_content: "Aller au contenu",

    model: "Modèle",
    demo_model: "Modèle de démo",

    hello: "Ajoutez une image. Posez votre question.",
    stays_here: "Tout reste sur cet ordinateur.",
    examples: "Images à essayer",
    demo_knows: "Démo\u{202f}: dessins, mots imprimés, graphiques, icônes et horloges. Pour vos photos,",
    get_pixtral: "installez Pixtral 12B",
    ask_shapes: "Que vois-tu\u{202f}?",
    ask_word: "Qu'est-ce qui est écrit\u{202f}?",
    ask_bars: "Combien de barres y a-t-il\u{202f}?",
    drop_here: "Déposez l'image pour l'ajouter",

    send_a_message: "Envoyer un message",
    message: "Message",
    ask_about: "Une question sur une image…",
    attach_pictures: "Joindre des images",
    send: "Envoyer",
    stop: "Arrêter",
    open_picture: |name| format!("Ouvrir l'image {name}"),
    remove_picture: |name| format!("Retirer l'image {name}"),
    uploading: |name| format!("Ajout de {name}"),
    wait_for_uploads: "Envoi dès que les images sont là…",
    answers_can_be_wrong: "Les réponses peuvent être fausses\u{202f}: vérifiez ce qui compte.",

    conversation: "Conversation",
    you: "Vous",
    assistant: "Assistant",
    copy: "Copier",
    copied: "Copié.",
    copy_failed: "Copie impossible\u{202f}: sélectionnez le texte et copiez-le vous-même.",
    regenerate: "Régénérer",
    continue_answer: "Continuer",
    edit: "Modifier",
    edit_message: "Modifier le message",
    save_and_send: "Enregistrer et envoyer",
    cancel: "Abandonner",
    previous_version: "Version précédente",
    next_version: "Version suivante",
    version_of: |number, count| format!("{number} sur {count}"),
    jump_to_end: "Aller à la fin",
    answer_ready: "La réponse est prête.",

    details: "Détails",
    details_model: "Modèle",
    details_read: "Lu",
    details_tokens_read: |all, pictures, kept| {
        let pictures = if pictures > 0 { format!(", dont {pictures} pour les images") } else { String::new() };
        let kept = if kept > 0 { format!(", dont {kept} déjà connus") } else { String::new() };
        format!("{all} jetons{pictures}{kept}")
    },
    details_seen: "Vu",
    details_pictures: |sizes, kept| {
        let sizes: Vec<String> = sizes.iter().map(|(width, height)| format!("{width} × {height}")).collect();
        let kept = match (kept, sizes.len()) {
            (0, _) => String::new(),
            (_, 1) => " (déjà connue)".into(),
            (1, all) => format!(" (1 sur {all} déjà connue)"),
            (kept, all) => format!(" ({kept} sur {all} déjà connues)"),
        };
        format!("{} pixels{kept}", sizes.join(", "))
    },
    details_first_word: "Premier mot après",
    details_seconds: |ms| {
        if ms < 1000 { format!("{ms}\u{a0}ms") } else { format!("{},{}\u{a0}s", ms / 1000, ms % 1000 / 100) }
    },
    details_written: "Écrit",
    details_tokens_written: |tokens, speed| {
        let unit = if tokens < 2 { "jeton" } else { "jetons" };
        let speed =
            speed.map(|speed| format!(", {},{} par seconde", speed / 100, speed % 100 / 10)).unwrap_or_default();
        format!("{tokens} {unit}{speed}")
    },
    details_unknown: "Rien n'a été noté sur cette réponse.",
    picture_detail: "Détail des images",
    detail_names: ["Faible", "Automatique", "Élevé"],
    detail_cost: |name, tokens, seconds| {
        let seconds = seconds.map(|seconds| format!(", environ {seconds}\u{a0}s de lecture")).unwrap_or_default();
        format!("{name} ({tokens} jetons{seconds})")
    },

    queued: |ahead, seconds| {
        let place = match ahead + 1 {
            1 => "Votre tour arrive".into(),
            place => format!("{place}e dans la file"),
        };
        let seconds = seconds.map(|seconds| format!(", environ {seconds}\u{a0}s")).unwrap_or_default();
        format!("{place}{seconds}…")
    },
    reading: |picture, of, percent| match of {
        1 => format!("Lecture de l'image… {percent}\u{a0}%"),
        of => format!("Lecture de l'image {picture} sur {of}… {percent}\u{a0}%"),
    },
    thinking: "Réflexion…",
    stopped: "Arrêté.",
    too_long: "La réponse a atteint sa longueur limite.",
    repeating: "Arrêté\u{202f}: le modèle commençait à se répéter.",
    interrupted: "La réponse a été interrompue. Ce qui est affiché est enregistré.",
    failed: "Le modèle n'a pas pu finir cette réponse. Ce qui est affiché est enregistré\u{202f}; essayez Régénérer.",
    changed_model: "Commencé par un autre modèle, continué par celui-ci.",
    connection_lost: "Connexion perdue. Ce qui est affiché est enregistré\u{202f}; la réponse reprendra.",
    updated: "Chaton a été mis à jour.",
    reload: "Recharger",

    picture: "Image",
    close: "Fermer",
    previous_picture: "Image précédente",
    next_picture: "Image suivante",
    zoom: "Agrandir",

    language_label: "Langue",
    theme: "Thème",
    theme_system: "Système",
    theme_light: "Clair",
    theme_dark: "Sombre",
    save: "Enregistrer",
    account: "Votre compte",
    signed_in_as: |name| format!("Connecté en tant que {name}."),
    change_password: "Changer le mot de passe",
    your_groups: "Vos groupes",
    administration: "Administration",
    browsers: "Navigateurs connectés",
    browsers_explained: "Qui s'assied devant l'un d'eux peut lire vos conversations. Déconnectez ceux dont vous ne vous servez plus.",
    browser_on: |browser, system| format!("{browser} sous {system}"),
    unknown_browser: "Un navigateur",
    this_browser: "celui-ci",
    used_days_ago: |days| match days {
        0 => "utilisé aujourd'hui".into(),
        1 => "utilisé hier".into(),
        days => format!("utilisé il y a {days} jours"),
    },
    sign_out: "Déconnecter",
    sign_out_browser: |name| format!("Déconnecter {name}"),
    export_title: "Vos données",
    export_explained: "Toutes vos conversations et vos images dans un fichier ZIP.",
    export: "Tout télécharger",
    about: "À propos",
    version: "Version",
    not_affiliated: "Chaton est un logiciel libre (Apache-2.0). Sans lien avec Mistral AI.",

    models_title: "Installer Pixtral 12B",
    models_now_demo: "Un petit modèle de démo répond pour l'instant. Il est intégré, et il connaît\u{202f}:",
    models_now: |name| format!("{name} répond pour l'instant."),
    models_demo_knows: [
        "les dessins de formes simples\u{202f}: lesquelles, leur couleur, combien, où",
        "les mots imprimés, les nombres, les prix et les dates, jusqu'à trois lignes",
        "les graphiques en barres, les courbes et les camemberts",
        "les choses de tous les jours en icônes, les drapeaux et les panneaux routiers",
        "les horloges, les dés et les cartes à jouer",
    ],
    models_demo_not: "Soyez indulgent avec lui\u{202f}: il est petit et se trompe souvent devant des icônes d'un style nouveau pour lui, dans les longues listes, et quand il décrit plusieurs images à la fois. Devant une photo, une personne ou un long texte, il dit qu'il ne les connaît pas.",
    models_get_title: "Pour vos propres photos",
    models_steps: [
        "Téléchargez les trois fichiers de Pixtral-12B-2409 dans un même dossier\u{202f}: consolidated.safetensors, params.json et tekken.json (25 Go). Ils sont sur Hugging Face, sous mistralai/Pixtral-12B-2409, et dans le torrent de Mistral.",
        "Arrêtez Chaton et relancez-le avec ce dossier\u{202f}: chaton serve --model DOSSIER",
        "C'est tout. Vos conversations restent où elles sont.",
    ],
    models_memory: "L'ordinateur a besoin d'à peu près autant de mémoire libre que la taille des fichiers. S'il en a moins, prenez le même modèle en GGUF, plus compact\u{202f}: deux fichiers, le texte et son mmproj, dans un même dossier (8,4\u{a0}Go en Q4_K_M).",

    not_found_title: "Rien ici",
    not_shown: "Impossible de l'afficher. Vérifiez que Chaton tourne, puis rechargez.",
    not_found: "Cette page ou cette conversation n'existe pas, ou a été supprimée.",
    signed_out_title: "Ouvrez Chaton avec son lien",
    signed_out: "Chaton a affiché un lien dans le terminal (la fenêtre où il a été lancé). Ouvrez ce lien une fois dans ce navigateur\u{202f}; ensuite, il vous connaît. Chaque lien sert une fois\u{202f}; le terminal affiche le suivant en dessous.",
    refused_title: "Pas d'ici",
    refused_host: "Chaton ne répond que sous le nom de cet ordinateur. Ouvrez-le à l'adresse http://localhost avec son port.",
    refused_origin: "Une autre page a essayé de changer quelque chose ici. Rien n'a été changé. Revenez à Chaton et réessayez.",
    refused_forwarded: "Cette demande est passée par un serveur mandataire (proxy), et sans comptes, tout le monde derrière lui pourrait tout lire. Ouvrez Chaton directement sur son ordinateur\u{202f}; à plusieurs, il faut le mode équipe (--team).",

    problem: problems::french,
};
