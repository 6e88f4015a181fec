// A C++ file that makes a compiler work: several instances of maps, regular expressions, streams.
// Run: cc1plus -quiet -O2 -imultiarch x86_64-linux-gnu -D_GNU_SOURCE templates.cc -o templates.s
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

template <typename Key, typename Value>
struct Ledger {
  std::map<Key, std::vector<Value>> entries;
  void add(const Key& key, const Value& value) { entries[key].push_back(value); }
  std::size_t count(const std::function<bool(const Value&)>& wanted) const {
    std::size_t n = 0;
    for (const auto& [key, values] : entries)
      n += static_cast<std::size_t>(std::count_if(values.begin(), values.end(), wanted));
    return n;
  }
};

int main() {
  Ledger<int, std::string> names;
  Ledger<std::string, double> prices;
  Ledger<long, std::set<int>> groups;
  std::unordered_map<std::string, std::size_t> sizes;
  const std::regex shape("a(b|c)*d|[0-9]+(\\.[0-9]*)?");
  for (int i = 0; i < 100; i++) {
    const std::string text = std::to_string(i * 7);
    names.add(i % 10, text);
    prices.add(text, i * 0.5);
    groups.add(i % 5, {i, i + 1, i + 2});
    sizes[text] = text.size();
  }
  std::vector<std::string> order;
  for (const auto& [text, size] : sizes)
    if (std::regex_match(text, shape)) order.push_back(text);
  std::sort(order.begin(), order.end(), std::greater<>());
  std::cout << names.count([](const std::string& s) { return s.size() > 2; }) << ' '
            << prices.count([](double d) { return d > 20; }) << ' '
            << groups.count([](const std::set<int>& s) { return s.count(7) > 0; }) << '\n';
}
