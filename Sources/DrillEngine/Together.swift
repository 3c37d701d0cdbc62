/// Does one thing for each item at once; the results keep the items' order.
func together<Item: Sendable, Result: Sendable>(
    _ items: [Item],
    _ work: @escaping @Sendable (Item) async -> Result
) async -> [(Item, Result)] {
    await withTaskGroup(of: (Int, Result).self) { group in
        for (index, item) in items.enumerated() {
            group.addTask { (index, await work(item)) }
        }
        var results: [Int: Result] = [:]
        for await (index, result) in group { results[index] = result }
        return items.enumerated().compactMap { index, item in results[index].map { (item, $0) } }
    }
}
