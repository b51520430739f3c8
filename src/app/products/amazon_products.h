// Amazon asked by its Product Advertising API 5: one question at a time and a second between them,
// as its terms for new partners are, with a short queue in front, and what it said a moment ago
// remembered.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "app/core/parts.h"
#include "app/products/amazon_locales.h"
#include "app/products/product_search.h"
#include "base/guarded.h"
#include "base/time.h"
#include "io/timer.h"

namespace app {

class AmazonProducts final : public ProductSearch {
 public:
  /// On the home loop, like destroying it, or while that does not run. `settings` of the parts name
  /// a marketplace that is known: `locale`.
  AmazonProducts(Parts& parts, const AmazonLocale& locale);
  ~AmazonProducts() override;

  void search(ShopQuery query, Done done) override;

  static constexpr base::Duration kPause = std::chrono::seconds(1);
  static constexpr std::size_t kMaxWaiting = 4;
  static constexpr base::Duration kRemembered = std::chrono::minutes(10);
  static constexpr std::size_t kMaxRemembered = 256;

 private:
  struct Job {
    ShopQuery query;
    Done done;
  };
  struct Known {
    ShopQuery query;
    ShopPage page;
    base::MonotonicTime until;
  };
  // On the home loop. One question is under way at a time.
  void enqueue(std::shared_ptr<Job> job);
  void next();
  void finished(base::Duration pause);
  // On the slow crew; what to wait until the next question.
  base::Duration run(Job& job);

  Parts& parts_;
  const AmazonLocale& locale_;
  io::Timer timer_;
  std::deque<std::shared_ptr<Job>> waiting_;
  base::MonotonicTime free_at_{};
  bool is_asking_ = false;
  base::Guarded<std::deque<Known>> known_;  // the newest last
  std::shared_ptr<AmazonProducts*> self_;   // for what is posted: expired once we are gone
};

}  // namespace app
