#include "id_export/sheet_words.hpp"

namespace tresor::id_export {

namespace {

const SheetWords english{
    .language = "en",
    .title = "ID export: ",
    .what = {"This sheet holds the secret key of one Threema ID, locked with a password. Sheet and",
             "password together bring the ID back on a new phone. Contacts, groups and",
             "messages are not on it."},
    .identity = "Threema ID",
    .date = "Made on (UTC)",
    .scheme = "Scheme",
    .code = "The code",
    .picture = "To scan",
    .needed_title = "What else you need",
    .needed =
        {"The password that was chosen for this sheet. It is not on it, and nobody can replace",
         "it: without the password the sheet is worth nothing."},
    .use_title = "How to use it",
    .use =
        {"Install Threema on the new phone, choose to restore your ID, then \"ID export\". The",
         "+phone must be online: without a network, a right password may look like a wrong one.",
         "Scan the QR code, or type the code: in capital letters and with its dashes, those",
         "+at the ends of lines too. Its only digits are 2 to 7: what looks like 0 or 1 is O or I.",
         "Enter the password of this sheet."},
    .android_only = "Only Threema for Android can read this code; Threema for iOS cannot.",
    .keep_title = "Where to keep it",
    .keep = {"Locked away, and never together with the password. Whoever has both can read your",
             "new messages and write in your name. The code never expires; only revoking the ID",
             "makes it void."},
    .months = {"January", "February", "March", "April", "May", "June", "July", "August",
               "September", "October", "November", "December"},
    .after_day = " ",
};

const SheetWords german{
    .language = "de",
    .title = "ID-Export: ",
    .what = {"Dieses Blatt enthält den geheimen Schlüssel einer Threema-ID, mit einem Passwort",
             "verschlüsselt. Mit Blatt und Passwort lässt sich die ID auf einem neuen Telefon",
             "wiederherstellen. Kontakte, Gruppen und Nachrichten sind nicht enthalten."},
    .identity = "Threema-ID",
    .date = "Erstellt am (UTC)",
    .scheme = "Verfahren",
    .code = "Der Code",
    .picture = "Zum Scannen",
    .needed_title = "Was Sie außerdem brauchen",
    .needed =
        {"Das Passwort, das für dieses Blatt gewählt wurde. Es steht nicht auf dem Blatt, und",
         "niemand kann es ersetzen: Ohne das Passwort ist das Blatt wertlos."},
    .use_title = "So stellen Sie die ID wieder her",
    .use = {"Threema auf dem neuen Telefon installieren, »ID wiederherstellen« wählen, dann",
            "+»ID-Export«. Das Telefon muss online sein: Ohne Netz kann auch ein richtiges",
            "+Passwort als falsch gelten.",
            "Den QR-Code scannen oder den Code eintippen: in Großbuchstaben und mit Binde-",
            "+strichen, auch denen am Zeilenende. Als Ziffern kommen nur 2 bis 7 vor; was wie 0",
            "+oder 1 aussieht, ist der Buchstabe O oder I.",
            "Das Passwort dieses Blattes eingeben."},
    .android_only = "Diesen Code liest nur Threema für Android, nicht Threema für iOS.",
    .keep_title = "Aufbewahrung",
    .keep = {"Unter Verschluss, und nie zusammen mit dem Passwort. Wer beides hat, kann Ihre",
             "neuen Nachrichten lesen und in Ihrem Namen schreiben. Der Code verfällt nie;",
             "ungültig wird er nur, wenn Sie die ID widerrufen."},
    .months = {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
               "Oktober", "November", "Dezember"},
    .after_day = ". ",
};

}  // namespace

const SheetWords& words_of(Language language) {
    return language == Language::de ? german : english;
}

std::optional<Language> language_named(std::string_view name) noexcept {
    for (Language language : {Language::en, Language::de})
        if (words_of(language).language == name) return language;
    return std::nullopt;
}

}  // namespace tresor::id_export
