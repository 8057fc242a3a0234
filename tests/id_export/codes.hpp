// Codes of id-export.md 6, and what is inside.
#pragma once

#include <string>

#include "support.hpp"

namespace test::codes {

struct Known {
    const char* name;
    std::string text, password, identity, private_key;  // the key in hex
};

inline const std::string counting =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
inline const std::string key_l1 =
    "255d619ebec82341a5abe0b3ff736f900faa3eda1cb86b34f102394f86a41b2c";
inline const std::string key_l2 = std::string(32, 'c') + std::string(32, 'c');
inline const std::string umlauts = text_of(unhex("70c3a4737377c3b67264e28093e282acf09f9880"));

inline const std::string l1 =
    "4K4M-5Q6T-KFUH-KHL5-2VCJ-ZM57-NL7R-WJTA-V45L-NJAM-WLEU-5DS4-XF7S-OPH4-CTCL-N2CF-3C4C-HPB7-"
    "YZWW-"
    "U3S6";
inline const std::string a1 =
    "AHCV-YVN5-MZF6-H47E-BFDA-XPQ4-523T-QEJ7-Q7TB-5O2G-U3LM-IPAY-PMO3-RWYJ-FZ5F-VRAH-5MHT-IP2E-"
    "ODYI-"
    "GXW4-4NAF-EOCO-OZPR-NZK4-CHVE-LYVL";
inline const std::string l3 =
    "5Z6N-JH5D-2PEK-L2Y3-Q3NY-R7KB-YNDT-HYHB-7HPB-T7NO-DJV3-CMGE-O5EO-NEG7-OJ2W-XSEJ-URDM-MHJ4-"
    "JFAN-"
    "2VCO";
inline const std::string o5 =
    "AEBA-GBAF-AYDQ-RWAY-N5NN-35CV-7CL3-MH2B-SEFH-4KMV-27D6-MHFP-7MOK-NHK2-3G5G-4ALI-NKWN-QB45-"
    "2NHO-"
    "NI5Z";
inline const std::string o6 =
    "AAAA-AAAA-AAAF-WCPW-4MTV-6Q2L-GDTY-34OU-EPB5-5YSV-K6K5-HXO4-P7XK-2EKN-OD3B-Z6MH-IVHX-ZBVJ-"
    "MQSO-"
    "AE5A";
inline const std::string o7 =
    "AAAA-AAAA-AAAA-A36Y-DYC2-3XFO-ARTO-VSAA-Q4N3-7VDW-53YO-OJN7-IUVK-KXZN-LIDN-RPWK-OMKQ-QCT3-"
    "XRYT-"
    "2JFN";

inline const Known classic[] = {
    {"L-1", l1, "testpassword", "0ZAHXXHB", key_l1},
    {"L-2",
     "MXC5-DNNQ-TD67-FLG3-ERIL-XZTX-EZH7-XD4B-X2IF-HJZN-744J-BPZS-S7U7-WNKL-IVN2-J7RX-STEU-X6ZX-"
     "VYH5-"
     "IHMQ",
     "superS3cr3tpaZZword", "ABCD1234", key_l2},
    {"O-1",
     "AAAQ-EAYE-AUDA-P3P7-LNPZ-BCZH-WWUM-DQZU-W53N-FHQI-DKUB-UP6C-7PJL-QDTM-4EUJ-6KAF-HHPW-ZA2C-"
     "GEHM-"
     "3XMI",
     "shootdeathstar", "ECHOECHO", counting},
    {"O-3",
     "77XN-3TF3-VKMY-RT4D-OJMW-E4TB-SWV7-7I3L-6KSX-OPNC-AYCU-DOTN-ELUI-K7XJ-UWHF-IJUE-RBLV-NBYU-"
     "5WG7-"
     "ETEJ",
     umlauts, "*SUPPORT", counting},
    {"O-5", o5, "shootdeathstar", "ECHOECHO", counting},
    {"O-6", o6, "shootdeathstar", "ECHOECHO", counting},
    {"O-8",
     "AAAA-AAAA-AAAA-ALK5-L44U-G2S3-PS2Y-O3NM-C7TQ-KG45-NA5I-N3KN-KPXX-V2IA-JVVM-E3VN-2UY3-XWOH-"
     "EK6T-"
     "RZI6",
     std::string(256, 'a'), "ECHOECHO", counting},
    {"O-9",
     "AAAA-AAAA-AAAA-ATR5-7GSZ-Q5Q5-JTO3-VYX7-27JH-NDAA-36TK-QVY6-HHTX-7MEU-RIPS-XGZR-EMNT-Y5ZN-"
     "3QCS-"
     "WJGM",
     text_of(unhex("5ac3bc72696368736565")), "ECHOECHO", counting},
    {"O-10",
     "AAAA-AAAA-AAAA-BNMD-7LW7-5YS3-VJWL-RPCK-Q5OF-IVCL-GGSH-DDHI-D7RR-YNEW-E3WD-N6TB-WEPZ-X4KL-"
     "CSNH-"
     "P5KD",
     text_of(unhex("5a75cc8872696368736565")), "ECHOECHO", counting},
};

inline const Known argon2id[] = {
    {"A-1", a1, "ThisIsABadPassword", "0ZAHXXHB", key_l1},
    {"A-2",
     "AEMW-DRSQ-XRIX-N2HH-J5KC-F7OC-VZQD-BXRI-QCR4-ZUHC-DSQM-3QMN-7M4B-WIEW-MI3V-LODW-XRWS-ZJ3M-"
     "DAW2-"
     "JJDP-TPDQ-JAXN-SVB3-AKQP-46PL-T2ZL",
     "superS3cr3tpaZZword", "ABCD1234", key_l2},
    {"O-2",
     "AEAA-CAQD-AQCQ-MBYH-PXPW-2SFA-QSXM-QN7N-ZJS3-VWOJ-3LQK-YLDH-V3XI-7SEK-4GXD-W6TG-4J63-K7CC-"
     "DXHR-"
     "NWEY-L5R7-NNMX-OFNY-2ATF-PTKU-YHUG",
     "shootdeathstar", "ECHOECHO", counting},
    {"O-4",
     "AH76-5XOM-XOVJ-TCHR-LAEY-IEDP-JEVP-6CVD-OHMZ-HZOB-KRN2-6BAX-FSU2-URTM-6IEG-MD6Z-XZBB-2R42-"
     "OYA7-"
     "RHRO-2G6O-KYSS-LC3R-2KWD-ZZ3P-BUDV",
     umlauts, "*SUPPORT", counting},
};

// Groups are counted from 0.
inline std::string with_group(std::string text, std::size_t group, std::string_view other) {
    return text.replace(group * 5, 4, other);
}

}  // namespace test::codes
