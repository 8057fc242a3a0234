#include "id_export/sheet_words.hpp"

namespace tresor::id_export {

namespace {

const SheetWords english{
    .language = "en",
    .title = "ID export of a Threema ID",
    .what = {"This sheet holds the secret key of one Threema ID, locked with a password. Sheet and",
             "password together bring the ID back on a new phone. Contacts, groups and",
             "messages are not on it."},
    .identity = "Threema ID",
    .date = "Made on",
    .scheme = "Scheme",
    .code = "The code",
    .picture = "The same, to scan",
    .needed_title = "What is needed besides",
    .needed =
        {"The password that was chosen for this sheet. It is not on it, nobody else knows it,",
         "and nobody can replace it: without the password the sheet is worth nothing."},
    .use_title = "How to use it",
    .use = {"Start Threema on the new phone, choose to restore an ID, and there the ID export.",
            "Scan the square, or type the code, in capital letters. The dashes do not matter.",
            "+Its digits are 2 to 7 only: what looks like 0 or 1 is the letter O or I.",
            "Enter the password of this sheet."},
    .android_only =
        "A code of the scheme argon2id is read by Threema for Android, not by that for iOS.",
    .keep_title = "Where to keep it",
    .keep = {"Locked away, and never together with the password. Who has both can read and",
             "write in your name. The code never expires; only revoking the ID makes it void."},
    .months = {"January", "February", "March", "April", "May", "June", "July", "August",
               "September", "October", "November", "December"},
    .after_day = " ",
};

const SheetWords german{
    .language = "de",
    .title = "ID-Export einer Threema-ID",
    .what = {"Auf diesem Blatt steht der geheime Schlüssel einer Threema-ID, verschlossen mit",
             "einem Passwort. Blatt und Passwort zusammen bringen die ID auf ein neues Telefon",
             "zurück. Kontakte, Gruppen und Nachrichten sind nicht darauf."},
    .identity = "Threema-ID",
    .date = "Erstellt am",
    .scheme = "Verfahren",
    .code = "Der Code",
    .picture = "Derselbe zum Scannen",
    .needed_title = "Was außerdem nötig ist",
    .needed = {"Das Passwort, das für dieses Blatt gewählt wurde. Es steht nicht darauf, niemand",
               "sonst kennt es oder kann es ersetzen: Ohne Passwort ist das Blatt nichts wert."},
    .use_title = "So wird es benutzt",
    .use = {"Auf dem neuen Telefon Threema starten, ID wiederherstellen, dort: ID-Export.",
            "Das Quadrat scannen oder den Code in Großbuchstaben eintippen. Die Striche sind",
            "+unwichtig. Ziffern sind nur 2 bis 7: Was wie 0 oder 1 aussieht, ist O oder I.",
            "Das Passwort dieses Blattes eingeben."},
    .android_only =
        "Einen Code des Verfahrens argon2id liest Threema für Android, nicht das für iOS.",
    .keep_title = "Wo es hingehört",
    .keep = {"Unter Verschluss, und nie zusammen mit dem Passwort. Wer beides hat, kann in",
             "Ihrem Namen lesen und schreiben. Der Code verfällt nie; nur ein Widerruf der ID",
             "macht ihn wertlos."},
    .months = {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
               "Oktober", "November", "Dezember"},
    .after_day = ". ",
};

}  // namespace

const SheetWords& words_of(Language language) {
    return language == Language::de ? german : english;
}

}  // namespace tresor::id_export
