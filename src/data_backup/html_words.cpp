#include "data_backup/html_words.hpp"

namespace tresor::data_backup {

namespace {

const HtmlWords english{
    .language = "en",
    .chats = "Chats",
    .chats_of = "Chats of %",
    .all_chats = "All chats",
    .skip = "Skip to the messages",
    .archived = "archived",
    .empty_chats = "Chats without messages (%)",
    .no_chats = "There are no chats with messages.",
    .page = "Page %",
    .pages = "Pages",
    .earlier = "Earlier: %",
    .later = "Later: from %",
    .undated = "Without a date",
    .filter = "Find a chat",
    .search = "Search on this page",
    .search_hint = "Search this page",
    .next_hit = "Next hit",
    .previous_hit = "Previous hit",
    .no_hits = "No hits",
    .file = "1 file",
    .files = "% files",
    .no_name = "File without a name",
    .missing = "The file is not in the backup",
    .damaged = "The file could not be read from the backup",
    .left_out = "The file was left out of this export",
    .only_thumbnail = "Only this preview is in the backup",
    .close = "Close",
    .next_picture = "Next picture",
    .previous_picture = "Previous picture",
    .starred = "Starred",
    .edited_at = "Edited on %",
    .delivered_at = "Delivered on %",
    .read_at = "Read on %",
    .reply_to = "In reply to",
    .reactions = "Reactions",
    .map = "Show on OpenStreetMap",
    .app = "Open in a map app",
    .accuracy = "to within % m",
    .poll = "Poll",
    .poll_open = "open",
    .poll_closed = "closed",
    .poll_one = "one choice each",
    .poll_several = "several choices each",
    .poll_gone = "The poll is not in the backup",
    .everybody = "All",
    .nothing = "Empty message",
    .states = {"", "Not sent yet", "Not sent yet", "Not sent yet", "Not sent yet", "Sending failed",
               "Sent", "Delivered", "Read", "Played", "Read", "Read", "Sending failed", ""},
};

const HtmlWords german{
    .language = "de",
    .chats = "Chats",
    .chats_of = "Chats von %",
    .all_chats = "Alle Chats",
    .skip = "Zu den Nachrichten springen",
    .archived = "archiviert",
    .empty_chats = "Chats ohne Nachrichten (%)",
    .no_chats = "Es gibt keine Chats mit Nachrichten.",
    .page = "Seite %",
    .pages = "Seiten",
    .earlier = "Früher: %",
    .later = "Später: ab %",
    .undated = "Ohne Datum",
    .filter = "Chat finden",
    .search = "Auf dieser Seite suchen",
    .search_hint = "Seite durchsuchen",
    .next_hit = "Nächster Treffer",
    .previous_hit = "Voriger Treffer",
    .no_hits = "Keine Treffer",
    .file = "1 Datei",
    .files = "% Dateien",
    .no_name = "Datei ohne Namen",
    .missing = "Die Datei ist nicht im Backup",
    .damaged = "Die Datei war im Backup nicht lesbar",
    .left_out = "Die Datei wurde nicht mit exportiert",
    .only_thumbnail = "Im Backup ist nur diese Vorschau",
    .close = "Schließen",
    .next_picture = "Nächstes Bild",
    .previous_picture = "Voriges Bild",
    .starred = "Markiert",
    .edited_at = "Bearbeitet am %",
    .delivered_at = "Zugestellt am %",
    .read_at = "Gelesen am %",
    .reply_to = "Antwort auf",
    .reactions = "Reaktionen",
    .map = "Auf OpenStreetMap zeigen",
    .app = "In einer Karten-App öffnen",
    .accuracy = "auf % m genau",
    .poll = "Umfrage",
    .poll_open = "offen",
    .poll_closed = "geschlossen",
    .poll_one = "eine Antwort pro Person",
    .poll_several = "mehrere Antworten pro Person",
    .poll_gone = "Die Umfrage ist nicht im Backup",
    .everybody = "Alle",
    .nothing = "Leere Nachricht",
    .states = {"", "Noch nicht gesendet", "Noch nicht gesendet", "Noch nicht gesendet",
               "Noch nicht gesendet", "Senden fehlgeschlagen", "Gesendet", "Zugestellt", "Gelesen",
               "Abgespielt", "Gelesen", "Gelesen", "Senden fehlgeschlagen", ""},
};

}  // namespace

const HtmlWords& html_words_of(Language language) {
    return language == Language::german ? german : english;
}

std::string filled(std::string_view phrase, std::string_view what) {
    std::string text(phrase);
    std::size_t at = text.find('%');
    return at == std::string::npos ? text : text.replace(at, 1, what);
}

}  // namespace tresor::data_backup
