#include "io/signals.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <utility>

#include "io/loop.h"

namespace io {

struct SignalSet::State : std::enable_shared_from_this<State> {
  State(Loop& owner, std::move_only_function<void(int)> call)
      : signals(owner.context()), received(std::move(call)) {}

  void wait() {
    signals.async_wait(
        [self = shared_from_this()](const boost::system::error_code& error, int number) {
          if (error || self->over) return;
          self->received(number);
          if (!self->over) self->wait();
        });
  }

  boost::asio::signal_set signals;
  std::move_only_function<void(int)> received;
  bool over = false;
};

SignalSet::SignalSet(Loop& loop, std::initializer_list<int> signals,
                     std::move_only_function<void(int)> received)
    : state_(std::make_shared<State>(loop, std::move(received))) {
  for (const int number : signals) state_->signals.add(number);
  state_->wait();
}

SignalSet::~SignalSet() {
  state_->over = true;
  state_->signals.clear();
  state_->signals.cancel();
}

}  // namespace io
