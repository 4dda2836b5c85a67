// A map that forgets what was not used for longest.
#pragma once

#include <list>
#include <unordered_map>
#include <utility>

namespace docquarry {

template <class Key, class Value, class Hash = std::hash<Key>>
class LruMap {
 public:
  using Entry = std::pair<const Key, Value>;

  // The value, now the most recently used; null when there is none.
  Value* find(const Key& key) {
    auto place = places_.find(key);
    if (place == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, place->second);
    return &place->second->second;
  }
  // The value, made by default when it is not there; now the most recently used.
  Value& operator[](const Key& key) {
    if (Value* known = find(key)) return *known;
    entries_.emplace_front(std::piecewise_construct, std::forward_as_tuple(key), std::forward_as_tuple());
    places_.emplace(key, entries_.begin());
    return entries_.front().second;
  }
  void erase(const Key& key) {
    auto place = places_.find(key);
    if (place == places_.end()) return;
    entries_.erase(place->second);
    places_.erase(place);
  }
  // Makes the longest unused entry the most recently used one.
  void refresh_oldest() { entries_.splice(entries_.begin(), entries_, std::prev(entries_.end())); }
  Entry& oldest() { return entries_.back(); }
  std::size_t size() const { return entries_.size(); }

 private:
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<Key, typename std::list<Entry>::iterator, Hash> places_;
};

}  // namespace docquarry
