#include <tresor/safe/password.hpp>

namespace tresor::safe {
namespace {

// What is typed first by those who guess: common words with common endings, rows of keys, insults.
// Chosen for this library; words of fewer than 8 characters are too short anyway.
constexpr std::string_view words =
    "0123456789a\n1111aaaa\n123456789a\n12345678a\n1234567a\n12345abc\n1234abcd\n1234qwer\n"
    "123abc123\n123qweasd\n1a2b3c4d\n1q2w3e4r\n1q2w3e4r5t\n1qay2wsx\n1qaz2wsx\na1234567\n"
    "a12345678\na1b2c3d4\na1s2d3f4\naa123456\naaaa1111\nabc123123\nabc12345\nabcabcabc\n"
    "abcd1234\nabcdef123\nabcdefg1\nabcdefgh\nabcdefghi\nabcdefghij\nadmin123\nadmin1234\n"
    "admin12345\nadmin123456\nadmin12345678\nadminadmin\nadministrator\nadministrator1\n"
    "administrator123\nalexander\nalexander1\nalexander123\nandreas1\nandreas123\narschloch\n"
    "asdasdasd\nasdf1234\nasdfasdf\nasdfgh123\nasdfghjk\nasdfghjkl\nasdfghjklö\nasdfqwer\n"
    "austria1\naustria123\nautumn123\nazerty123\nazertyuiop\nbackup123\nbananabanana\nbaseball\n"
    "baseball1\nbaseball123\nbasketball\nbasketball1\nbasketball123\nbatman123\nberlin123\n"
    "blahblah\nbutterfly\nbutterfly1\nbutterfly123\nchangeit\nchangeit1\nchangeit123\nchangeme\n"
    "changeme!\nchangeme1\nchangeme123\nchocolate\nchocolate1\nchocolate123\ncomputer\n"
    "computer1\ncomputer123\ncorrect horse battery staple\ncorrecthorse\n"
    "correcthorsebatterystaple\ndaniel123\ndefault1\ndefault123\ndeutschland\ndeutschland1\n"
    "deutschland123\ndragon123\ndrowssap\nfebruary\nfebruary1\nfebruary123\nfickdich\nfootball\n"
    "football1\nfootball123\nfreedom1\nfreedom123\nfriday123\nfuckyou!\nfuckyou1\nfuckyou2\n"
    "fussball\nfussball1\nfussball123\ngeheimnis\ngeheimnis1\ngeheimnis123\nguest123\nhallo123\n"
    "hallo1234\nhallo12345\nhallo123456\nhallo12345678\nhallohallo\nhamburg1\nhamburg123\n"
    "hello123\nhello1234\nhello12345\nhello123456\nhello12345678\nhellohello\nherbst123\n"
    "hunter22\nhurensohn\nichliebedich\nichliebedich1\nichliebedich123\niloveyou\niloveyou!\n"
    "iloveyou1\niloveyou12\niloveyou123\niloveyou1234\niloveyou12345\niloveyou123456\n"
    "iloveyou12345678\ninternet\ninternet1\ninternet123\njanuary1\njanuary123\njennifer\n"
    "jennifer1\njennifer123\njessica1\njessica123\njohndoe1\nkennwort\nkennwort1\nkennwort123\n"
    "letmein!\nletmein1\nletmein12\nletmein123\nletmein1234\nletmein12345\nletmein123456\n"
    "letmein12345678\nlogin123\nlol12345\nlondon123\nlovelove\nmaster123\nmaxmustermann\n"
    "messenger\nmessenger1\nmessenger123\nmichael1\nmichael123\nmonday123\nmonkey123\n"
    "motherfucker\nmustermann\nopensesame\np4ssword\np4ssword1\np4ssword123\np@ssw0rd\n"
    "p@ssw0rd1\np@ssw0rd123\np@ssword\np@ssword1\np@ssword123\npasspass\npassw0rd\npassw0rd1\n"
    "passw0rd123\npassword\npassword!\npassword1\npassword1!\npassword12\npassword123\n"
    "password123!\npassword1234\npassword12345\npassword123456\npassword12345678\npassword2020\n"
    "password2021\npassword2022\npassword2023\npassword2024\npassword2025\npassword2026\n"
    "passwords\npasswords1\npasswords123\npasswort\npasswort!\npasswort1\npasswort1!\n"
    "passwort12\npasswort123\npasswort123!\npasswort1234\npasswort12345\npasswort123456\n"
    "passwort12345678\npasswort2020\npasswort2021\npasswort2022\npasswort2023\npasswort2024\n"
    "passwort2025\npasswort2026\npokemon1\npokemon123\nprincess\nprincess1\nprincess123\n"
    "q1w2e3r4\nqayxswedc\nqazwsxedc\nqwe123qwe\nqweasdzxc\nqweqweqwe\nqwer1234\nqwertasdfg\n"
    "qwerty12\nqwerty123\nqwerty1234\nqwerty12345\nqwerty123456\nqwerty12345678\nqwertyuiop\n"
    "qwertz12\nqwertz123\nqwertz1234\nqwertz12345\nqwertz123456\nqwertz12345678\nqwertzuiop\n"
    "sandra123\nschatzi1\nschatzi123\nscheisse\nschmetterling\nschmetterling1\n"
    "schmetterling123\nschnucki\nschnucki1\nschnucki123\nschokolade\nschokolade1\n"
    "schokolade123\nschweiz1\nschweiz123\nsecret123\nsecrets1\nsecrets123\nsecretsecret\n"
    "sesamoeffnedich\nshadow123\nsommer1!\nsommer12\nsommer123\nsommer123!\nsommer1234\n"
    "sommer12345\nsommer123456\nsommer12345678\nsommer2020\nsommer2021\nsommer2022\nsommer2023\n"
    "sommer2024\nsommer2025\nsommer2026\nsonnenschein\nsonnenschein1\nsonnenschein123\n"
    "spring123\nstarwars\nstarwars1\nstarwars123\nsummer1!\nsummer12\nsummer123\nsummer123!\n"
    "summer1234\nsummer12345\nsummer123456\nsummer12345678\nsummer2020\nsummer2021\nsummer2022\n"
    "summer2023\nsummer2024\nsummer2025\nsummer2026\nsunshine\nsunshine1\nsunshine123\n"
    "superman\nsuperman1\nsuperman123\ntest1234\ntest12345\ntest123456\ntest12345678\n"
    "tester123\ntesting1\ntesting123\ntesttest\nthomas123\nthreema!\nthreema1\nthreema1!\n"
    "threema12\nthreema123\nthreema123!\nthreema1234\nthreema12345\nthreema123456\n"
    "threema12345678\nthreema2020\nthreema2021\nthreema2022\nthreema2023\nthreema2024\n"
    "threema2025\nthreema2026\nthreemasafe\nthreemasafe1\nthreemasafe123\ntrowssap\ntrustno1\n"
    "trustno11\ntrustno1123\nwelcome!\nwelcome1\nwelcome1!\nwelcome12\nwelcome123\nwelcome123!\n"
    "welcome1234\nwelcome12345\nwelcome123456\nwelcome12345678\nwelcome2020\nwelcome2021\n"
    "welcome2022\nwelcome2023\nwelcome2024\nwelcome2025\nwelcome2026\nwhatever\nwhatever1\n"
    "whatever123\nwillkommen\nwillkommen1\nwillkommen123\nwinter1!\nwinter12\nwinter123\n"
    "winter123!\nwinter1234\nwinter12345\nwinter123456\nwinter12345678\nwinter2020\nwinter2021\n"
    "winter2022\nwinter2023\nwinter2024\nwinter2025\nwinter2026\nxxxxxxx1\nyxcvbn123\nzaq12wsx\n"
    "zaq1zaq1\nzuerich1\nzuerich123\nzurich123\nzxcvbn123\n";

}  // namespace

WordList WordList::built_in() { return WordList(words); }

}  // namespace tresor::safe
