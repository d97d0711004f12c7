package io.diffusion4j.clip.token;

import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The symbols with their ids, and the merges that make them from bytes.
 *
 * <p>A symbol is a string of {@code ByteSymbols}, one for each byte; at the end of a piece it is
 * followed by {@link #END_OF_WORD} in CLIP's, and by nothing in GPT-2's.
 *
 * @param symbols each at the index that is its id; no two are equal
 * @param merges the merges, the earliest learned first; no two are equal, and each makes a symbol
 *     out of symbols
 */
public record Vocabulary(List<String> symbols, List<Merge> merges) {
  /** Marks the symbols that end a piece. */
  public static final String END_OF_WORD = "</w>";

  /** CLIP's start symbol. */
  public static final String START = "<|startoftext|>";

  /** CLIP's end symbol, whose state is pooled; GPT-2's end of a document. */
  public static final String END = "<|endoftext|>";

  public Vocabulary {
    symbols = List.copyOf(symbols);
    merges = List.copyOf(merges);
    Set<String> known = new HashSet<>();
    for (String symbol : symbols) {
      Check.that(known.add(symbol), "symbols", "\"" + symbol + "\" twice", "once each");
    }
    Set<Merge> seen = new HashSet<>();
    for (Merge merge : merges) {
      Check.that(seen.add(merge), "merges", "\"" + merge + "\" twice", "once each");
      for (String part : List.of(merge.left, merge.right, merge.result())) {
        Check.that(
            known.contains(part), "merges", "\"" + merge + "\"", "\"%s\" among the symbols", part);
      }
    }
  }

  /**
   * Returns the vocabulary in CLIP's order: 256 byte symbols, the same at the end of a word, the
   * results of merges, {@link #START}, {@link #END}.
   */
  public static Vocabulary inClipOrder(List<Merge> merges) {
    Collection<String> symbols = new LinkedHashSet<>(ByteSymbols.ORDER);
    ByteSymbols.ORDER.forEach(symbol -> symbols.add(symbol + END_OF_WORD));
    merges.forEach(merge -> symbols.add(merge.result()));
    symbols.add(START);
    symbols.add(END);
    return new Vocabulary(new ArrayList<>(symbols), merges);
  }

  /**
   * Returns the vocabulary in GPT-2's order: 256 byte symbols, the results of merges, {@link #END}.
   */
  public static Vocabulary inGpt2Order(List<Merge> merges) {
    Collection<String> symbols = new LinkedHashSet<>(ByteSymbols.ORDER);
    merges.forEach(merge -> symbols.add(merge.result()));
    symbols.add(END);
    return new Vocabulary(new ArrayList<>(symbols), merges);
  }

  /**
   * Returns the id of a symbol.
   *
   * @throws IllegalArgumentException if it has none
   */
  int id(String role, String symbol) {
    int id = symbols.indexOf(symbol);
    Check.that(id >= 0, role, "\"" + symbol + "\"", "a symbol of the vocabulary");
    return id;
  }

  /**
   * Returns the symbol of an id.
   *
   * @throws IllegalArgumentException if there is none
   */
  String symbol(int id) {
    Check.that(id >= 0 && id < symbols.size(), "id", id, "in [0, %s)", size());
    return symbols.get(id);
  }

  /**
   * Returns the vocabulary with more merges, whose results get the next ids. All other texts keep
   * their ids, unless they contain the result of a new merge.
   *
   * @param parts the symbols of a piece, which are merged from left to right
   */
  public Vocabulary withMerged(List<String> parts) {
    List<String> all = new ArrayList<>(symbols);
    List<Merge> more = new ArrayList<>(merges);
    String merged = parts.get(0);
    for (String next : parts.subList(1, parts.size())) {
      var merge = new Merge(merged, next);
      merged = merge.result();
      if (!all.contains(merged)) {
        all.add(merged);
      }
      more.add(merge);
    }
    return new Vocabulary(all, more);
  }

  /** Returns the number of ids. */
  public int size() {
    return symbols.size();
  }

  /** Two neighbouring symbols that become one. */
  public record Merge(String left, String right) {
    /** Returns the resulting symbol. */
    public String result() {
      return left + right;
    }

    /** Returns the merge as a line of a merges file. */
    @Override
    public String toString() {
      return left + " " + right;
    }
  }
}
