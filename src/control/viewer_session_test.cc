#include "control/viewer_session.h"

#include <gtest/gtest.h>

namespace control {
namespace {

base::Bytes key(std::uint8_t fill) {
  return base::Bytes(32, fill);
}

TEST(ViewerSession, OpensWhatItSigned) {
  ViewerSessionSigner signer(key(1));
  ViewerSession session;
  session.issued_at = 1'764'000'000;
  session.max_height = 720;
  session.viewer = "viewer-\xC3\xA4";
  session.version = 9'000'000'000;
  session.strict_origin = true;
  session.origins = {"https://a.example", "https://*.b.example"};
  const std::string text = signer.sign(session, "channel00001");
  const auto opened = signer.open(text, "channel00001");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->issued_at, session.issued_at);
  EXPECT_EQ(opened->max_height, session.max_height);
  EXPECT_EQ(opened->viewer, session.viewer);
  EXPECT_EQ(opened->version, session.version);
  EXPECT_TRUE(opened->strict_origin);
  EXPECT_EQ(opened->origins, session.origins);
}

TEST(ViewerSession, IsNeverTheSameTwice) {
  ViewerSessionSigner signer(key(1));
  EXPECT_NE(signer.sign({}, "c"), signer.sign({}, "c"));
  EXPECT_LT(signer.sign({}, "c").size(), 70U);
}

TEST(ViewerSession, IsForOneChannelAndOneKey) {
  ViewerSessionSigner signer(key(1));
  ViewerSessionSigner other(key(2));
  const std::string text = signer.sign({}, "channel00001");
  EXPECT_FALSE(signer.open(text, "channel00002"));
  EXPECT_FALSE(other.open(text, "channel00001"));
  EXPECT_FALSE(signer.open("", "channel00001"));
  EXPECT_FALSE(signer.open("-", "channel00001"));
  EXPECT_FALSE(signer.open(std::string(4000, 'A'), "channel00001"));
}

TEST(ViewerSession, NoCharacterMayBeChanged) {
  ViewerSessionSigner signer(key(1));
  const std::string text = signer.sign({.issued_at = 5, .viewer = "v"}, "c");
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(signer.open(changed, "c")) << i;
    EXPECT_FALSE(signer.open(text.substr(0, i), "c")) << i;
  }
}

}  // namespace
}  // namespace control
