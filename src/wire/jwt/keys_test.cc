#include "wire/jwt/keys.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "wire/jwt/vectors_test_support.h"

namespace wire::jwt {
namespace {

using std::string_view;

TEST(KeysTest, ReadsAPublicKeyAsOpensslWritesIt) {
  const auto key = PublicKey::from_pem(test::kPublic);
  ASSERT_TRUE(key.has_value()) << key.error().message;
  EXPECT_EQ(key->der().size(), 120U);
  EXPECT_EQ(key->to_pem(), test::kPublic);
  // `openssl dgst -sha256` over the DER: fc368f59 96e478c9 b2d4cd76 3a721d4e 670f2371...
  EXPECT_EQ(key->fingerprint(), "fc:36:8f:59:96:e4:78:c9:b2:d4:cd:76:3a:72:1d:4e");

  std::string carriage_returns;
  for (const char c : test::kPublic) {
    if (c == '\n') carriage_returns += '\r';
    carriage_returns += c;
  }
  for (const std::string& text :
       {std::string(test::kCompressed), carriage_returns, "\n  " + std::string(test::kPublic),
        std::string(test::kPublic.substr(0, test::kPublic.size() - 1))}) {
    const auto same = PublicKey::from_pem(text);
    ASSERT_TRUE(same.has_value()) << same.error().message;
    EXPECT_EQ(same->fingerprint(), key->fingerprint());
    EXPECT_EQ(same->to_pem(), test::kPublic);
  }
  EXPECT_NE(PublicKey::from_pem(test::kOther)->fingerprint(), key->fingerprint());
}

TEST(KeysTest, SaysWhatIsWrongWithOtherKeys) {
  const std::string good(test::kPublic);
  std::string off_curve = good;
  off_curve[100] = off_curve[100] == 'A' ? 'B' : 'A';
  const struct {
    std::string text;
    string_view sentence;
  } rows[] = {
      {std::string(test::kSec1), "this is a private key"},
      {std::string(test::kPkcs8), "this is a private key"},
      {good + std::string(test::kPkcs8), "this is a private key"},
      {std::string(test::kP256), "curve prime256v1, not on P-384"},
      {std::string(test::kRsa), "of type RSA, not an elliptic-curve key"},
      {std::string(test::kEd25519), "of type ED25519, not"},
      {std::string(test::kExplicit), "spells its curve out"},
      {"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "this is a certificate"},
      {"-----BEGIN RSA PUBLIC KEY-----\nMIIB\n-----END RSA PUBLIC KEY-----\n", "an RSA key"},
      {good + std::string(test::kOther), "of its only key"},
      {good + "x", "of its only key"},
      {"x" + good, "does not begin with"},
      {good.substr(0, good.size() / 2), "does not end with"},
      {"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", "cannot be decoded"},
      {"-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----\n", "cannot be decoded"},
      {"-----BEGIN PUBLIC KEY-----\nMHYwEAYHKoZIzj0=\n-----END PUBLIC KEY-----\n",
       "cannot be decoded"},
      {off_curve, ""},
      {"", "does not begin with"},
      {"MHYwEAYHKoZIzj0CAQYFK4EEACID", "does not begin with"},
      {std::string(9000, '-'), "more than 8192 octets"},
  };
  for (const auto& row : rows) {
    const auto key = PublicKey::from_pem(row.text);
    ASSERT_FALSE(key.has_value()) << row.text;
    EXPECT_EQ(key.error().code, base::ErrorCode::kInvalid);
    EXPECT_NE(key.error().message.find(row.sentence), std::string::npos) << key.error().message;
  }
}

TEST(KeysTest, ReadsPrivateKeysOfBothForms) {
  const base::ByteSpan text = base::as_bytes("text");
  const auto expected = PublicKey::from_pem(test::kPublic);
  for (const string_view pem : {test::kSec1, test::kPkcs8}) {
    const auto key = PrivateKey::from_pem(pem);
    ASSERT_TRUE(key.has_value()) << key.error().message;
    EXPECT_EQ(key->public_key().fingerprint(), expected->fingerprint());
    EXPECT_EQ(key->to_pem(), test::kPkcs8);
    EXPECT_TRUE(expected->verify_es384(text, key->sign_es384(text)));
  }
  const struct {
    std::string text;
    string_view sentence;
  } rows[] = {
      {std::string(test::kPublic), "holds no PRIVATE KEY block"},
      {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n",
       "is encrypted"},
      {"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIB\n"
       "-----END EC PRIVATE KEY-----\n",
       "is encrypted"},
      {"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", "cannot be decoded"},
      {std::string(9000, '-'), "more than 8192 octets"},
  };
  for (const auto& row : rows) {
    const auto key = PrivateKey::from_pem(row.text);
    ASSERT_FALSE(key.has_value()) << row.text;
    EXPECT_NE(key.error().message.find(row.sentence), std::string::npos) << key.error().message;
  }
}

TEST(KeysTest, GeneratedKeysDifferAndSign) {
  const PrivateKey key = PrivateKey::generate();
  EXPECT_NE(key.public_key().fingerprint(), PrivateKey::generate().public_key().fingerprint());
  const PublicKey public_key = PublicKey::from_pem(key.public_key().to_pem()).value();
  const base::ByteSpan text = base::as_bytes("text");
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(public_key.verify_es384(text, key.sign_es384(text)));
}

TEST(KeysTest, OneKeyServesSeveralThreads) {
  const PrivateKey key = PrivateKey::from_pem(test::kSec1).value();
  const PublicKey public_key = key.public_key();
  std::array<int, 4> right = {};
  {
    std::vector<std::jthread> threads;
    for (int& count : right) {
      threads.emplace_back([&count, &key, copy = public_key] {
        const base::ByteSpan text = base::as_bytes("text");
        for (int i = 0; i < 5; ++i) count += copy.verify_es384(text, key.sign_es384(text)) ? 1 : 0;
      });
    }
  }
  for (const int count : right) EXPECT_EQ(count, 5);
}

TEST(KeysTest, EveryChangedOctetOfASignatureIsRefused) {
  const PrivateKey key = PrivateKey::from_pem(test::kSec1).value();
  const PublicKey public_key = key.public_key();
  const base::ByteSpan text = base::as_bytes("text");
  Es384Signature signature = key.sign_es384(text);
  EXPECT_TRUE(public_key.verify_es384(text, signature));
  EXPECT_FALSE(public_key.verify_es384(base::as_bytes("texT"), signature));
  EXPECT_FALSE(PublicKey::from_pem(test::kOther)->verify_es384(text, signature));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    signature[i] ^= 1;
    EXPECT_FALSE(public_key.verify_es384(text, signature)) << i;
    signature[i] ^= 1;
  }
  EXPECT_FALSE(public_key.verify_es384(text, base::ByteSpan(signature).first(95)));
  EXPECT_FALSE(public_key.verify_es384(text, {}));
  EXPECT_FALSE(public_key.verify_es384(text, base::Bytes(96, 0)));
  EXPECT_FALSE(public_key.verify_es384(text, base::Bytes(96, 0xff)));
}

}  // namespace
}  // namespace wire::jwt
