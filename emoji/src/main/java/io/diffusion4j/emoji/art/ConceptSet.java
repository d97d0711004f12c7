package io.diffusion4j.emoji.art;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;

import io.diffusion4j.diffusion.argument.ByName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The concepts that a model learns to draw, in a fixed order.
 *
 * @param name its name in logs and the model card
 * @param concepts distinct, at least one
 */
public record ConceptSet(String name, List<Concept> concepts) {
  private static final List<Concept> ALL = readTable();

  private static final List<String> CORE_GROUPS =
      List.of(
          "animals-nature",
          "food-drink",
          "objects",
          "travel-places",
          "activities",
          "smileys-emotion");

  /** Hands and other parts of the body, and signs that are not text. */
  private static final List<String> FURTHER_SUBGROUPS =
      List.of(
          "arrow",
          "body-parts",
          "currency",
          "gender",
          "geometric",
          "hand-fingers-closed",
          "hand-fingers-open",
          "hand-fingers-partial",
          "hand-prop",
          "hand-single-finger",
          "hands",
          "math",
          "other-symbol",
          "punctuation",
          "religion",
          "transport-sign",
          "warning",
          "zodiac");

  private static final List<Pattern> LOOK_ALIKE =
      List.of(
          Pattern.compile(".*(o’clock|-thirty)"),
          Pattern.compile(".* moon( face)?"),
          Pattern.compile(".* mailbox .*"));

  private static final ByName<Supplier<ConceptSet>> PRESETS =
      new ByName<>(
          "conceptSet",
          Map.of(
              "animals", () -> ofSubgroups("animals", "animal-"),
              "core", ConceptSet::core,
              "everything", ConceptSet::everything,
              "nature-and-food", ConceptSet::natureAndFood,
              "things", ConceptSet::things));

  public ConceptSet {
    concepts = List.copyOf(concepts);
    if (concepts.isEmpty()) {
      throw new IllegalArgumentException("concepts: none (expected: at least one)");
    }
    if (new HashSet<>(concepts).size() != concepts.size()) {
      throw new IllegalArgumentException("concepts: " + name + " (expected: each one once)");
    }
  }

  /** Animals, plants, food and drink: 290 concepts, the vocabulary of the first model. */
  public static ConceptSet natureAndFood() {
    return ofGroups("nature-and-food", List.of("animals-nature", "food-drink"));
  }

  /** Returns the six groups that depict things: 1,026 concepts. */
  public static ConceptSet core() {
    return ofGroups("core", CORE_GROUPS);
  }

  /**
   * Returns the core, parts of the body and signs: 1,234 concepts. Missing are people, flags, and
   * the signs that are text or buttons.
   */
  public static ConceptSet things() {
    return new ConceptSet(
        "things",
        ALL.stream()
            .filter(
                c -> CORE_GROUPS.contains(c.group()) || FURTHER_SUBGROUPS.contains(c.subgroup()))
            .toList());
  }

  /** Returns all concepts, including people, flags and symbols: 1,904 concepts. */
  public static ConceptSet everything() {
    return new ConceptSet("everything", ALL);
  }

  /**
   * Returns a preset by name.
   *
   * @throws IllegalArgumentException if there is no such preset; the message lists the known ones
   */
  public static ConceptSet named(String preset) {
    return PRESETS.named(preset).get();
  }

  /** Returns the concepts of the given Unicode groups, in the order of the table. */
  public static ConceptSet ofGroups(String name, List<String> groups) {
    Set<String> known = ALL.stream().map(Concept::group).collect(toCollection(LinkedHashSet::new));
    for (String group : groups) {
      if (!known.contains(group)) {
        throw new IllegalArgumentException(
            "group: " + group + " (expected: one of " + String.join(", ", known) + ")");
      }
    }
    return new ConceptSet(name, ALL.stream().filter(c -> groups.contains(c.group())).toList());
  }

  /**
   * Returns the concepts with the given CLDR labels, in the given order.
   *
   * @throws IllegalArgumentException if labels are unknown; the message lists them
   */
  public static ConceptSet ofLabels(String name, List<String> labels) {
    Map<String, Concept> byLabel = new HashMap<>();
    ALL.forEach(c -> byLabel.put(c.label(), c));
    String unknown = labels.stream().filter(l -> !byLabel.containsKey(l)).collect(joining(", "));
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("labels: " + unknown + " (expected: CLDR short names)");
    }
    return new ConceptSet(name, labels.stream().map(byLabel::get).toList());
  }

  /**
   * Returns the set without near-duplicates: one of each kind of clock face, moon and mailbox
   * remains. Distinguishing them tests the reading of a dial rather than drawing, so retrieval is
   * reported on this set too.
   */
  public ConceptSet withoutNearDuplicates() {
    Set<Pattern> seen = new HashSet<>();
    return new ConceptSet(
        name + " without near-duplicates",
        concepts.stream()
            .filter(
                concept ->
                    LOOK_ALIKE.stream()
                        .filter(family -> family.matcher(concept.label()).matches())
                        .allMatch(seen::add))
            .toList());
  }

  /**
   * Returns a random subset; a larger subset contains each smaller one.
   *
   * @param count the number, at most {@link #size}
   */
  public ConceptSet some(int count, long seed) {
    if (count < 1 || count > size()) {
      throw new IllegalArgumentException("count: " + count + " (expected: in [1, " + size() + "])");
    }
    List<Concept> shuffled = new ArrayList<>(concepts);
    Collections.shuffle(shuffled, new Random(seed));
    return new ConceptSet(count + " of " + name, shuffled.subList(0, count));
  }

  /** Returns the number of concepts. */
  public int size() {
    return concepts.size();
  }

  private static ConceptSet ofSubgroups(String name, String prefix) {
    return new ConceptSet(name, ALL.stream().filter(c -> c.subgroup().startsWith(prefix)).toList());
  }

  private static List<Concept> readTable() {
    Map<String, Style> styles = new HashMap<>();
    for (Style style : Style.values()) {
      styles.put(style.set(), style);
    }
    List<Concept> concepts = new ArrayList<>();
    for (List<String> row : TsvResources.read(ConceptSet.class, "concepts.tsv", 6)) {
      Map<Style, String> icons = new EnumMap<>(Style.class);
      for (String icon : row.get(5).split(" ", -1)) {
        int equals = icon.indexOf('=');
        Style style = styles.get(icon.substring(0, equals));
        if (style == null) {
          throw new IllegalStateException("concepts.tsv: " + icon + " (expected: a known style)");
        }
        icons.put(style, icon.substring(equals + 1));
      }
      List<String> keywords = row.get(2).isEmpty() ? List.of() : List.of(row.get(2).split("\\|"));
      concepts.add(new Concept(row.get(0), row.get(1), keywords, row.get(3), row.get(4), icons));
    }
    return List.copyOf(concepts);
  }
}
