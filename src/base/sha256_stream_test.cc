#include "base/sha256_stream.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Sha256StreamTest, GivesTheHashOfTheWholeHoweverItIsCut) {
  const Bytes data(300, 0x5a);
  const Sha256Digest whole = sha256(data);
  Sha256Stream stream;
  for (std::size_t cut = 0; cut <= data.size(); ++cut) {
    stream.update(ByteSpan(data).first(cut));
    stream.update(ByteSpan(data).subspan(cut));
    EXPECT_EQ(stream.finish(), whole) << cut;
  }
  EXPECT_EQ(stream.finish(), sha256({}));
}

}  // namespace
}  // namespace base
