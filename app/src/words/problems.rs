//! What happened, what is safe, what to do: one short sentence each.

use crate::types::Problem;

const MEGABYTE: u64 = 1_000_000;

pub fn english(problem: &Problem) -> String {
    match problem {
        Problem::NotFound => "This is no longer here: it was deleted, or never was. Begin a new chat.".into(),
        Problem::SignedOut => "Chaton does not know this browser any more. Your text is kept; sign in again (alone, by the link from the terminal), then send again.".into(),
        Problem::EmptyMessage => "The message is empty: write a question or add a picture.".into(),
        Problem::TooLongForContext { tokens, limit_tokens } => format!(
            "The message is too long for the model ({tokens} tokens, {limit_tokens} fit). Your text is here: shorten it, or begin a new chat."
        ),
        Problem::TooManyPictures { limit } => format!("At most {limit} pictures fit in one message. The others were left out."),
        Problem::PictureUnreadable => "Can't read this picture. Your message is kept. Try JPEG or PNG.".into(),
        Problem::PictureTooManyPixels { limit_megapixels } => format!(
            "This picture has too many pixels (over {limit_megapixels} million). Your message is kept. Make it smaller and add it again."
        ),
        Problem::PicturesTooManyPixels { limit_megapixels } => format!(
            "The pictures of this chat are too large together (over {limit_megapixels} million pixels). Your message is kept. Take some out, or begin a new chat."
        ),
        Problem::PictureTooLarge { limit_bytes } => format!(
            "This picture is too large: at most {} MB. Your message is kept. Make it smaller and add it again.",
            limit_bytes / MEGABYTE
        ),
        Problem::ModelCannotSee => "This model reads text only. Your message is kept: take the pictures out and send it.".into(),
        Problem::PicturePartMissing => "This model's picture part (its mmproj file) is missing. Your message is kept: take the pictures out, or put the file beside the model and start Chaton again.".into(),
        Problem::RequestTooLarge => "This is too large to send at once. Your text is here: shorten it, or send it in parts.".into(),
        Problem::DiskFull => "Disk full: nothing sent. Your text is here. Free space, resend.".into(),
        Problem::Busy => "Too many people are asking at once. Your text is here: send it again in a moment.".into(),
        Problem::TooFast { seconds } => format!("This was a lot at once. Your text is here: send it again in {seconds} s."),
        Problem::BadRequest => "Chaton did not understand the page. Your text is kept: reload and send again.".into(),
        Problem::Offline => "Chaton could not be reached. Your text is here: check that it runs, then send again.".into(),
        Problem::Internal => "Something went wrong inside Chaton. Your text is here: try again; its terminal says more.".into(),
    }
}

pub fn french(problem: &Problem) -> String {
    match problem {
        Problem::NotFound => "Ce n'est plus ici\u{202f}: supprimé, ou jamais créé. Commencez une nouvelle discussion.".into(),
        Problem::SignedOut => "Chaton ne reconnaît plus ce navigateur. Votre texte est conservé\u{202f}; reconnectez-vous (seul, par le lien du terminal), puis renvoyez.".into(),
        Problem::EmptyMessage => "Le message est vide\u{202f}: écrivez une question ou ajoutez une image.".into(),
        Problem::TooLongForContext { tokens, limit_tokens } => format!(
            "Le message est trop long pour le modèle ({tokens} jetons, {limit_tokens} au plus). Votre texte est là\u{202f}: raccourcissez-le, ou commencez une nouvelle discussion."
        ),
        Problem::TooManyPictures { limit } => format!("Un message contient au plus {limit} images. Les autres ont été laissées de côté."),
        Problem::PictureUnreadable => "Image illisible. Votre message est conservé. Essayez JPEG ou PNG.".into(),
        Problem::PictureTooManyPixels { limit_megapixels } => format!(
            "Cette image a trop de pixels (plus de {limit_megapixels} millions). Votre message est conservé. Réduisez-la et ajoutez-la de nouveau."
        ),
        Problem::PicturesTooManyPixels { limit_megapixels } => format!(
            "Les images de cette discussion sont trop grandes ensemble (plus de {limit_megapixels} millions de pixels). Votre message est conservé. Retirez-en, ou commencez une nouvelle discussion."
        ),
        Problem::PictureTooLarge { limit_bytes } => format!(
            "Cette image est trop lourde\u{202f}: {}\u{a0}Mo au plus. Votre message est conservé. Réduisez-la et ajoutez-la de nouveau.",
            limit_bytes / MEGABYTE
        ),
        Problem::ModelCannotSee => "Ce modèle ne lit que du texte. Votre message est conservé\u{202f}: retirez les images et envoyez-le.".into(),
        Problem::PicturePartMissing => "La partie du modèle qui voit (son fichier mmproj) manque. Votre message est conservé\u{202f}: retirez les images, ou placez le fichier à côté du modèle et relancez Chaton.".into(),
        Problem::RequestTooLarge => "C'est trop pour un seul envoi. Votre texte est là\u{202f}: raccourcissez-le, ou envoyez-le en plusieurs fois.".into(),
        Problem::DiskFull => "Disque plein\u{202f}: rien n'est parti. Votre texte est là. Libérez de la place, renvoyez.".into(),
        Problem::Busy => "Trop de demandes à la fois. Votre texte est là\u{202f}: renvoyez-le dans un instant.".into(),
        Problem::TooFast { seconds } => format!("C'était beaucoup d'un coup. Votre texte est là\u{202f}: renvoyez-le dans {seconds}\u{a0}s."),
        Problem::BadRequest => "Chaton n'a pas compris la page. Votre texte est conservé\u{202f}: rechargez et renvoyez.".into(),
        Problem::Offline => "Chaton est injoignable. Votre texte est là\u{202f}: vérifiez qu'il tourne, puis renvoyez.".into(),
        Problem::Internal => "Quelque chose s'est mal passé dans Chaton. Votre texte est là\u{202f}: réessayez\u{202f}; son terminal en dit plus.".into(),
    }
}
