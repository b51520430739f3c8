#include "base/crypto.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "base/base64url.h"

namespace base {
namespace {

// FIPS 180-4's examples, and a million times 'a'.
TEST(CryptoTest, Sha256GivesThePublishedDigests) {
  const struct {
    std::string text, digest;
  } rows[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const auto& row : rows) EXPECT_EQ(to_hex(sha256(as_bytes(row.text))), row.digest);
}

struct HmacRow {
  std::string key, text, digest;
};

// RFC 4231's cases 1 to 3, 6 and 7, and the empty key with the empty text.
const std::vector<HmacRow>& hmac_rows() {
  static const std::vector<HmacRow> rows = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
      {"", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
  };
  return rows;
}

TEST(CryptoTest, HmacGivesThePublishedDigests) {
  for (const HmacRow& row : hmac_rows()) {
    EXPECT_EQ(to_hex(hmac_sha256(as_bytes(row.key), as_bytes(row.text))), row.digest);
    HmacSha256 keyed(as_bytes(row.key));
    for (int repeat = 0; repeat < 3; ++repeat) {
      EXPECT_EQ(to_hex(keyed.sign(as_bytes(row.text))), row.digest);
      (void)keyed.sign(as_bytes("something between"));
    }
    HmacSha256 copy(keyed);
    EXPECT_EQ(to_hex(copy.sign(as_bytes(row.text))), row.digest);
    HmacSha256 assigned(as_bytes("another key"));
    assigned = copy;
    HmacSha256 moved(std::move(assigned));
    EXPECT_EQ(to_hex(moved.sign(as_bytes(row.text))), row.digest);
  }
}

TEST(CryptoTest, HmacVerifiesWholeAndShortenedTags) {
  HmacSha256 keyed(as_bytes("key"));
  const ByteSpan text = as_bytes("a viewer's session");
  Sha256Digest digest = keyed.sign(text);
  EXPECT_TRUE(keyed.verify(text, digest));
  EXPECT_TRUE(keyed.verify(text, ByteSpan(digest).first(16), 16));
  EXPECT_FALSE(keyed.verify(text, ByteSpan(digest).first(16)));
  EXPECT_FALSE(keyed.verify(text, ByteSpan(digest).first(15), 16));
  EXPECT_FALSE(keyed.verify(text, {}, 1));
  EXPECT_FALSE(keyed.verify(text, Bytes(33), 1));
  EXPECT_FALSE(keyed.verify(as_bytes("a viewer's sessioN"), digest));
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] ^= 1;
    EXPECT_FALSE(keyed.verify(text, digest)) << i;
    digest[i] ^= 1;
  }
}

TEST(CryptoTest, CopiesOfOneKeyWorkOnSeveralThreads) {
  const HmacSha256 original(as_bytes("key"));
  const Sha256Digest expected = hmac_sha256(as_bytes("key"), as_bytes("text"));
  std::array<int, 4> right = {};
  {
    std::vector<std::jthread> threads;
    for (int& count : right) {
      threads.emplace_back([&count, &expected, copy = original]() mutable {
        for (int i = 0; i < 200; ++i) count += copy.sign(as_bytes("text")) == expected ? 1 : 0;
      });
    }
  }
  for (const int count : right) EXPECT_EQ(count, 200);
}

// Test case 16 of the GCM specification's authors: known nonce, so only opening can be checked.
TEST(CryptoTest, OpensThePublishedGcmVector) {
  const Bytes key =
      from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308").value();
  const Bytes associated = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2").value();
  const Bytes sealed = from_hex(
                           "cafebabefacedbaddecaf888"
                           "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                           "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                           "76fc6ece0f4e1768cddf8853bb2d551b")
                           .value();
  const auto plain = open_aes_256_gcm(Aes256Key(key), associated, sealed);
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(to_hex(*plain),
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
}

TEST(CryptoTest, SealedTextOpensOnlyUnchanged) {
  const Bytes key = random_octets(kAes256KeyBytes);
  const ByteSpan associated = as_bytes("key id AKIAEXAMPLE");
  for (const std::string_view plain : {"", "x", "a secret of forty characters, or so it was"}) {
    const Bytes sealed = seal_aes_256_gcm(Aes256Key(key), associated, as_bytes(plain));
    EXPECT_EQ(sealed.size(), plain.size() + kSealOverhead);
    const auto opened = open_aes_256_gcm(Aes256Key(key), associated, sealed);
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(as_text(*opened), plain);
    EXPECT_NE(seal_aes_256_gcm(Aes256Key(key), associated, as_bytes(plain)), sealed);

    EXPECT_FALSE(open_aes_256_gcm(Aes256Key(key), as_bytes("key id AKIAEXAMPLF"), sealed));
    EXPECT_FALSE(open_aes_256_gcm(Aes256Key(key), {}, sealed));
    for (std::size_t i = 0; i < sealed.size(); ++i) {
      Bytes changed = sealed;
      changed[i] ^= 0x40;
      EXPECT_FALSE(open_aes_256_gcm(Aes256Key(key), associated, changed)) << i;
      EXPECT_FALSE(open_aes_256_gcm(Aes256Key(key), associated, ByteSpan(sealed).first(i))) << i;
    }
    Bytes other_key = key;
    other_key[31] ^= 1;
    EXPECT_FALSE(open_aes_256_gcm(Aes256Key(other_key), associated, sealed));
  }
  const Bytes without = seal_aes_256_gcm(Aes256Key(key), {}, as_bytes("plain"));
  EXPECT_EQ(open_aes_256_gcm(Aes256Key(key), {}, without), Bytes({'p', 'l', 'a', 'i', 'n'}));
}

TEST(CryptoTest, RandomOctetsDiffer) {
  EXPECT_TRUE(random_octets(0).empty());
  EXPECT_EQ(random_octets(33).size(), 33U);
  EXPECT_NE(random_octets(16), random_octets(16));
}

TEST(CryptoTest, ComparesWholeSpans) {
  EXPECT_TRUE(equal_in_constant_time(ByteSpan{}, ByteSpan{}));
  EXPECT_TRUE(equal_in_constant_time(as_bytes("ab"), as_bytes("ab")));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("ab"), as_bytes("ac")));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("ab"), as_bytes("abc")));
}

TEST(CryptoTest, FromHexIsTheInverseOfToHex) {
  Bytes all(256);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(from_hex(to_hex(all)), all);
  EXPECT_EQ(from_hex("aBCd"), Bytes({0xab, 0xcd}));
  EXPECT_EQ(from_hex(""), Bytes());
  for (const std::string_view bad : {"a", "abc", "0g", "g0", "0x", " 0", "0-"}) {
    EXPECT_FALSE(from_hex(bad)) << bad;
  }
}

TEST(Base64UrlTest, DecodesWhatIsEncodedAndNothingElse) {
  Bytes data;
  for (int length = 0; length < 70; ++length) {
    EXPECT_EQ(from_base64url(to_base64url(data)), data);
    data.push_back(static_cast<std::uint8_t>(255 - length * 7));
  }
  for (const std::string_view bad :
       {"Z", "Zg==", "Zm8=", "+/8", "Zh", "Zm9", "Zm 9v", "Zm9v\n", "Zm9vY", "Zm9v!", "\xc3\xa9"}) {
    EXPECT_FALSE(from_base64url(bad)) << bad;
  }
}

// No two texts stand for the same octets, whatever the last character is.
TEST(Base64UrlTest, HasOneTextForEachRunOfOctets) {
  for (const std::string prefix : {"Z", "ZZ", "ZZZ"}) {
    for (int c = 0; c < 256; ++c) {
      const std::string text = prefix + static_cast<char>(c);
      if (const auto data = from_base64url(text)) EXPECT_EQ(to_base64url(*data), text);
    }
  }
}

}  // namespace
}  // namespace base
