#include "app/letters/post.h"

namespace app {
namespace {

class EmptyPost final : public Post {
 public:
  Outcome<void> queue(io::SqlConnection&, const Letter&, base::WallTime) override { return {}; }
  void look() override {}
  void start() override {}
};

}  // namespace

base::Expected<std::unique_ptr<Post>> Post::create(Parts&, io::SqlConnection&) {
  return std::make_unique<EmptyPost>();
}

std::span<const Route> Post::routes() {
  return {};
}

}  // namespace app
