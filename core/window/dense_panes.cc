#include "core/window/dense_panes.h"

#include <bit>
#include <utility>

#include "core/base/check.h"

namespace leat {

namespace {

constexpr size_t kSparePages = 4096;

void append(uint32_t page, uint32_t panes, std::vector<uint32_t>& numbers) {
  for (; panes != 0; panes &= panes - 1) {
    numbers.push_back(page * DensePanes::kPerPage + static_cast<uint32_t>(std::countr_zero(panes)));
  }
}

}  // namespace

void DensePanes::open(uint32_t number, Spare& spare) {
  check(!has(number), "a pane is opened twice");
  const uint32_t at = number / kPerPage;
  if (at >= pages_.size()) {
    pages_.resize(at + 1);
    for (std::vector<uint32_t>* flags : {&open_, &armed_, &quick_, &fired_}) flags->resize(at + 1);
  }
  if (pages_[at] == nullptr) {
    if (spare.empty()) {
      const size_t words = size_t{kPerPage} * width_;
      pages_[at] = std::make_unique<uint64_t[]>(words + words / 8);
    } else {
      pages_[at] = std::move(spare.back());
      spare.pop_back();
    }
  }
  open_[at] |= bit(number);
}

void DensePanes::list(std::vector<uint32_t>& numbers) const {
  for (uint32_t at = 0; at < pages_.size(); ++at) append(at, open_[at], numbers);
}

void DensePanes::disarm(std::vector<uint32_t>& numbers) {
  for (uint32_t at = 0; at < pages_.size(); ++at) {
    append(at, std::exchange(armed_[at], 0), numbers);
    quick_[at] = 0;
  }
}

void DensePanes::clear(Spare& spare) {
  for (std::unique_ptr<uint64_t[]>& page : pages_) {
    if (page != nullptr && spare.size() < kSparePages) spare.push_back(std::move(page));
  }
  pages_.clear();
  for (std::vector<uint32_t>* flags : {&open_, &armed_, &quick_, &fired_}) flags->clear();
}

}  // namespace leat
