#include "app/products/amazon_products.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "app/products/amazon_wire.h"
#include "base/log.h"
#include "io/fetch.h"
#include "io/loop.h"

namespace app {
namespace {

std::unexpected<Refusal> too_often() {
  Refusal refusal{429, "TooManyRequests", "The shop is asked too often. Try again in a moment."};
  refusal.retry_after = 3;
  return std::unexpected(std::move(refusal));
}

}  // namespace

AmazonProducts::AmazonProducts(Parts& parts, const AmazonLocale& locale)
    : parts_(parts),
      locale_(locale),
      timer_(parts.home),
      self_(std::make_shared<AmazonProducts*>(this)) {}

AmazonProducts::~AmazonProducts() = default;

void AmazonProducts::search(ShopQuery query, Done done) {
  const base::MonotonicTime now = io::Loop::precise_now();
  auto known = known_.with([&](std::deque<Known>& list) -> std::optional<ShopPage> {
    std::erase_if(list, [&](const Known& entry) { return entry.until <= now; });
    const auto found = std::ranges::find(list, query, &Known::query);
    return found == list.end() ? std::nullopt : std::optional(found->page);
  });
  if (known) return done(std::move(*known));
  auto job = std::make_shared<Job>(std::move(query), std::move(done));
  parts_.home.post([weak = std::weak_ptr(self_), job] {
    if (const auto alive = weak.lock()) (*alive)->enqueue(job);
  });
}

void AmazonProducts::enqueue(std::shared_ptr<Job> job) {
  if (waiting_.size() >= kMaxWaiting) return job->done(too_often());
  waiting_.push_back(std::move(job));
  next();
}

void AmazonProducts::next() {
  if (is_asking_ || waiting_.empty() || timer_.is_running()) return;
  if (io::Loop::precise_now() < free_at_) {
    timer_.start_at(free_at_, [this] { next(); });
    return;
  }
  const std::shared_ptr<Job> job = std::move(waiting_.front());
  waiting_.pop_front();
  is_asking_ = true;
  const bool taken = parts_.slow.give([this, job, weak = std::weak_ptr(self_)](io::SqlConnection&) {
    const base::Duration pause = run(*job);
    parts_.home.post([weak, pause] {
      if (const auto alive = weak.lock()) (*alive)->finished(pause);
    });
  });
  if (taken) return;
  job->done(too_often());
  finished(base::Duration::zero());
}

void AmazonProducts::finished(base::Duration pause) {
  is_asking_ = false;
  free_at_ = io::Loop::precise_now() + pause;
  next();
}

base::Duration AmazonProducts::run(Job& job) {
  const AmazonProductSettings& settings = parts_.settings.amazon;
  auto request = amazon_request(settings, locale_, job.query, io::Loop::wall_now());
  if (!request) {
    job.done(broken(request.error()));
    return kPause;
  }
  auto answer = io::fetch(*request);
  if (!answer) {
    base::log_warn("products: Amazon was not reached", {{"reason", answer.error().message}});
    job.done(refuse(502, "Shop", "The shop cannot be reached. Try again later."));
    return kPause;
  }
  auto page = read_amazon_answer(answer->status, answer->body, amazon_tag(settings));
  if (page) {
    known_.with([&](std::deque<Known>& list) {
      if (list.size() >= kMaxRemembered) list.pop_front();
      list.push_back({job.query, *page, io::Loop::precise_now() + kRemembered});
    });
  }
  const bool was_too_often = !page && page.error().status == 429;
  job.done(std::move(page));
  return was_too_often ? 2 * kPause : kPause;
}

}  // namespace app
