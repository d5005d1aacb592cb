//! Names from a class list: one a line, or a CSV file as schools' programs and spreadsheets write it.

/// Names of one list.
pub const MAX_NAMES: usize = 500;

/// Names of columns that hold a whole name, and of those that hold its parts; in small letters.
const NAME_COLUMNS: [&str; 5] = ["name", "nom", "full name", "nom complet", "nom et prénom"];
const FIRST_NAME_COLUMNS: [&str; 6] = ["first name", "firstname", "given name", "prénom", "prenom", "vorname"];
const LAST_NAME_COLUMNS: [&str; 6] = ["last name", "lastname", "surname", "family name", "nom de famille", "nachname"];

/// The names in `text`, in order, empty lines left out: of the column that the heading calls so, or of lists without
/// columns. None: there are several, and none is called so; taking one would make accounts of class names.
pub fn names(text: &str) -> Option<Vec<String>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let rows: Vec<Vec<String>> = reader
        .records()
        // What is no CSV has no names.
        .filter_map(Result::ok)
        .map(|record| record.iter().map(str::to_owned).collect())
        .collect();
    let heading: Vec<String> = rows.first().into_iter().flatten().map(|cell| cell.to_lowercase()).collect();
    let column = |names: &[&str]| heading.iter().position(|cell| names.contains(&cell.as_str()));
    let first_and_last = column(&FIRST_NAME_COLUMNS).zip(column(&LAST_NAME_COLUMNS).or_else(|| column(&["nom"])));
    let columns = match (first_and_last, column(&NAME_COLUMNS)) {
        (Some((first, last)), _) => vec![first, last],
        (None, Some(name)) => vec![name],
        (None, None) => vec![0],
    };
    let has_heading = first_and_last.is_some() || column(&NAME_COLUMNS).is_some();
    if !has_heading && rows.iter().any(|row| row.iter().filter(|cell| !cell.is_empty()).count() > 1) {
        return None;
    }
    let names = rows
        .iter()
        .skip(usize::from(has_heading))
        .map(|row| {
            columns.iter().filter_map(|&column| row.get(column)).map(String::as_str).collect::<Vec<_>>().join(" ")
        })
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    Some(names)
}

/// Spreadsheets on Windows write Latin-1 where they do not write UTF-8.
pub fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// Spreadsheets in French write semicolons.
fn delimiter(text: &str) -> u8 {
    let first_line = text.lines().next().unwrap_or_default();
    [b';', b'\t', b','].into_iter().max_by_key(|&sign| first_line.matches(char::from(sign)).count()).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_windows_are_read() {
        assert_eq!(names(&decoded(b"Pr\xe9nom;Nom\nAnna;M\xfcller")), Some(vec!["Anna Müller".to_owned()]));
        assert_eq!(decoded("Zoë".as_bytes()), "Zoë");
    }

    #[test]
    fn lists_come_in_many_shapes() {
        let expected = ["Anna Müller", "Ben O'Hara"];
        for text in [
            "Anna Müller\nBen O'Hara\n",
            "\u{feff}Anna Müller\r\n\r\n  Ben O'Hara  ",
            "Name,Class\nAnna Müller,5b\nBen O'Hara,5b",
            "Classe;Nom complet\n5b;Anna Müller\n5b;Ben O'Hara",
            "Prénom;Nom;Naissance\nAnna;Müller;2014\nBen;O'Hara;2014",
            "first name\tlast name\nAnna\tMüller\nBen\tO'Hara",
            "\"Name\"\n\"Anna Müller\"\n\"Ben O'Hara\"",
            "Nachname;Vorname\nMüller;Anna\nO'Hara;Ben",
        ] {
            assert_eq!(names(text).expect(text), expected);
        }
        for nobody in ["", "\n \n", "Name\n"] {
            assert_eq!(names(nobody), Some(Vec::new()));
        }
        for unclear in ["Müller, Anna\nO'Hara, Ben", "Kind;Klasse\nAnna Müller;5b"] {
            assert_eq!(names(unclear), None, "{unclear}");
        }
    }
}
