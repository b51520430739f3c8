// Keys made by the openssl command line and tokens made by Node's crypto module, for the tests of
// this folder.
#pragma once

#include <string_view>

namespace wire::jwt::test {

// As `openssl ecparam -name secp384r1 -genkey` writes it. It protects nothing.
inline constexpr std::string_view kSec1 =
    "-----BEGIN EC PARAMETERS-----\n"
    "BgUrgQQAIg==\n"
    "-----END EC PARAMETERS-----\n"
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MIGkAgEBBDD4HPmSbMdTum8NW5nCJmlSk0Po0aUyKDRGE2nLsrREemnB3yGqw104\n"
    "KK+TDGPTECSgBwYFK4EEACKhZANiAAQgnZHf+VrPJM8gz5BWxjTkDiv0GBPgh4jj\n"
    "Uth/uPxcmm1JbOPuqm4TMNL054IdRGan8Etovz+LQNAb+Vet4ppR4B2AM2HvCPOR\n"
    "1LwuBj1NTPYLNUGmOQoUEIeuRRaxc3I=\n"
    "-----END EC PRIVATE KEY-----\n";
// The same key.
inline constexpr std::string_view kPkcs8 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDD4HPmSbMdTum8NW5nC\n"
    "JmlSk0Po0aUyKDRGE2nLsrREemnB3yGqw104KK+TDGPTECShZANiAAQgnZHf+VrP\n"
    "JM8gz5BWxjTkDiv0GBPgh4jjUth/uPxcmm1JbOPuqm4TMNL054IdRGan8Etovz+L\n"
    "QNAb+Vet4ppR4B2AM2HvCPOR1LwuBj1NTPYLNUGmOQoUEIeuRRaxc3I=\n"
    "-----END PRIVATE KEY-----\n";
// Its public part, and the same with a compressed point.
inline constexpr std::string_view kPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEIJ2R3/lazyTPIM+QVsY05A4r9BgT4IeI\n"
    "41LYf7j8XJptSWzj7qpuEzDS9OeCHURmp/BLaL8/i0DQG/lXreKaUeAdgDNh7wjz\n"
    "kdS8LgY9TUz2CzVBpjkKFBCHrkUWsXNy\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr std::string_view kCompressed =
    "-----BEGIN PUBLIC KEY-----\n"
    "MEYwEAYHKoZIzj0CAQYFK4EEACIDMgACIJ2R3/lazyTPIM+QVsY05A4r9BgT4IeI\n"
    "41LYf7j8XJptSWzj7qpuEzDS9OeCHURm\n"
    "-----END PUBLIC KEY-----\n";
// The same with the curve spelt out.
inline constexpr std::string_view kExplicit =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBzDCCAWQGByqGSM49AgEwggFXAgEBMDwGByqGSM49AQECMQD/////////////\n"
    "/////////////////////////////v////8AAAAAAAAAAP////8wewQw////////\n"
    "//////////////////////////////////7/////AAAAAAAAAAD////8BDCzMS+n\n"
    "4j7n5JiOBWvj+C0ZGB2cbv6BQRIDFAiPUBOHWsZWOY2KLtGdKoXI7dPsKu8DFQCj\n"
    "NZJqoxmieh0AiWpnc6SCes2scwRhBKqHyiK+iwU3jrHHHvMgrXRuHTtii6ebmFn3\n"
    "QeCCVCo4VQLyXb9VKWw6VF44cnYKtzYX3kqWJixvXZ6Yv5KS3Cn49B29KJoUfOna\n"
    "MRO18LjACmCxzh1+gZ16Qx18kOoOXwIxAP//////////////////////////////\n"
    "/8djTYH0Ny3fWBoNskiwp3rs7BlqzMUpcwIBAQNiAAQgnZHf+VrPJM8gz5BWxjTk\n"
    "Div0GBPgh4jjUth/uPxcmm1JbOPuqm4TMNL054IdRGan8Etovz+LQNAb+Vet4ppR\n"
    "4B2AM2HvCPOR1LwuBj1NTPYLNUGmOQoUEIeuRRaxc3I=\n"
    "-----END PUBLIC KEY-----\n";
// Another key on P-384, and keys of other kinds.
inline constexpr std::string_view kOther =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEGGsTeyYDtLEOglE/D+yeANxZ9TyXgVl9\n"
    "WdijyuG6KZybk1w0BzIOlquHLvn0sdOa7MwA105c9DVAedQkmTLY7PdWwEh/uTkR\n"
    "5XIR577sWmJIOoISMMySAtgKKV/4NXSE\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr std::string_view kP256 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKcUOzFWibM8km8SOZ5tXXwYE8jPa\n"
    "U/KcTX1oE1y259UzHuyAa6i7/YcLTEN8VpD2o+nb34+oJ3sKvPWWqF+GyQ==\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr std::string_view kRsa =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDJi1ew9+eLWXzBw6vhEc01cnoC\n"
    "2KWig3pfLvPUVZOSOmBJVbqdOz65dIP4xUJfblC22C5hkhwfTEXDS3J1q1w+qIrf\n"
    "K6oGSvC0eDK+Yp/IEGvYD15LiJZDY9q0JAw2JdshS54DL3tn58DMxM7MqFU6sTP6\n"
    "fm3MRIJrzaZy/l57iwIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr std::string_view kEd25519 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAU+jB1+GX7RyidBX5UHC9sQufAo4Hqo+ZDrApg4B8ax4=\n"
    "-----END PUBLIC KEY-----\n";

// {"aws:channel-arn": ..., "aws:access-control-allow-origin": "*", "exp": 1778018138}, signed with
// kSec1.
inline constexpr std::string_view kGood =
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJhd3M6Y2hhbm5lbC1hcm4iOiJhcm46YXdzOml2czpldS13ZXN0L"
    "TE6MTIzNDU2Nzg5MDEyOmNoYW5uZWwvYWJjZEFCQ0RlZmdoIiwiYXdzOmFjY2Vzcy1jb250cm9sLWFsbG93LW9yaWd"
    "pbiI6IioiLCJleHAiOjE3NzgwMTgxMzh9.UeKjUp8-V2LUuSZCRSdFY-RuezUd7Ajxd5LrHehI8LwUP1UJl0O9mrwf"
    "k0WerNZVfPvoD0tTLjw6UMjIIoWlaCrRfbho8i-7EHUorMyHzh6DUU3WKROb6UBaETcrcu_X";
// exp is 1778018138123.
inline constexpr std::string_view kMilliseconds =
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJhd3M6Y2hhbm5lbC1hcm4iOiJhcm46YXdzOml2czpldS13ZXN0L"
    "TE6MTIzNDU2Nzg5MDEyOmNoYW5uZWwvYWJjZEFCQ0RlZmdoIiwiYXdzOmFjY2Vzcy1jb250cm9sLWFsbG93LW9yaWd"
    "pbiI6IioiLCJleHAiOjE3NzgwMTgxMzgxMjN9.ul_eF2maeQ_aLFGcVvTHSnS7v64gtQbpYQ4QS8A2N97DDj0uvphB"
    "VRsk5zcl1MBVIeW_Nd_A_42vMrdUwbvFdKVJzQKM-6ovPG3NjD7ZGjZ1U5gtclQmATFS2Uf-s-G3";
// The signature in DER.
inline constexpr std::string_view kDer =
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJhd3M6Y2hhbm5lbC1hcm4iOiJhcm46YXdzOml2czpldS13ZXN0L"
    "TE6MTIzNDU2Nzg5MDEyOmNoYW5uZWwvYWJjZEFCQ0RlZmdoIiwiYXdzOmFjY2Vzcy1jb250cm9sLWFsbG93LW9yaWd"
    "pbiI6IioiLCJleHAiOjE3NzgwMTgxMzh9.MGUCMChRnl2qBnK4rqAUc4jLHpIGIF3ovA3x7dS2P1psM-nknzWqfICN"
    "pLHFOhl9TJILugIxAOvUiyVat0JLsAvCTdwLrUVgt4ZC4sMjGZBEuAVbTYP6kZhyt9kFZbyFp0ICi9B9lw";
// alg "none" and no signature.
inline constexpr std::string_view kNone =
    "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJhd3M6Y2hhbm5lbC1hcm4iOiJhcm46YXdzOml2czpldS13ZXN0LT"
    "E6MTIzNDU2Nzg5MDEyOmNoYW5uZWwvYWJjZEFCQ0RlZmdoIiwiYXdzOmFjY2Vzcy1jb250cm9sLWFsbG93LW9yaWdp"
    "biI6IioiLCJleHAiOjE3NzgwMTgxMzh9.";
// alg HS384, with the text of kPublic as its secret.
inline constexpr std::string_view kHs384 =
    "eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJhd3M6Y2hhbm5lbC1hcm4iOiJhcm46YXdzOml2czpldS13ZXN0L"
    "TE6MTIzNDU2Nzg5MDEyOmNoYW5uZWwvYWJjZEFCQ0RlZmdoIiwiYXdzOmFjY2Vzcy1jb250cm9sLWFsbG93LW9yaWd"
    "pbiI6IioiLCJleHAiOjE3NzgwMTgxMzh9.eSEECBJzGQ12l4vGkMlXZ-LJBXsCLcQYo3lBIELfIkAOyfx2luoyemPC"
    "d5yCfeoW";
// alg ES256, signed as ES384 all the same.
inline constexpr std::string_view kEs256 =
    "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJhd3M6Y2hhbm5lbC1hcm4iOiJhcm46YXdzOml2czpldS13ZXN0L"
    "TE6MTIzNDU2Nzg5MDEyOmNoYW5uZWwvYWJjZEFCQ0RlZmdoIiwiYXdzOmFjY2Vzcy1jb250cm9sLWFsbG93LW9yaWd"
    "pbiI6IioiLCJleHAiOjE3NzgwMTgxMzh9._wIGgUNP2ILWQeilXVnsDljkce3DnIsEodWyVGjikGaziuSLMiTpVf2l"
    "T_OFzma8cv5DIJq681hfWPbJGvbU1O8rdfOdJsB5ZHuml226lv3qR8sW2XsFmZ04LuJ6bo5q";

}  // namespace wire::jwt::test
