package io.diffusion4j.emoji.scene;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toUnmodifiableMap;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.TsvResources;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The name of a concept with its English grammar.
 *
 * <p>Names come from CLDR labels. Endings that only mark an emoji ("face", "button", ": …") are
 * removed if the rest is a name of no other concept.
 *
 * @param singular {@code "nest with eggs"}; for {@link Countability#PLURAL} the only form there is
 * @param plural {@code "nests with eggs"}; as the singular unless {@link Countability#COUNT}
 */
record Noun(String singular, String plural, Countability countability) {
  /** The countability of a noun. */
  enum Countability {
    /** One fox, two foxes. */
    COUNT,
    /** Bread: no article, one form. */
    MASS,
    /** Grapes: always plural, no article. */
    PLURAL
  }

  /** Words that begin a modifier after a head noun: ears <i>of</i> corn. */
  private static final Set<String> POSTMODIFIERS =
      words(
          "and at away behind blowing decreasing done exhaling facing fluttering for from holding"
              + " in increasing not of on over savoring screaming shaking showing tilted under"
              + " vomiting with without");

  private static final Set<String> SAME =
      words("bison deer moose sheep shrimp squid aircraft series species");

  private static final Map<String, String> IRREGULAR =
      Pattern.compile(", ")
          .splitAsStream(
              "child children, die dice, foot feet, goose geese, half halves, knife knives,"
                  + " leaf leaves, loaf loaves, man men, mouse mice, ox oxen, person people,"
                  + " scarf scarves, sheaf sheaves, snowman snowmen, tooth teeth, wolf wolves,"
                  + " woman women")
          .map(pair -> pair.split(" "))
          .collect(toUnmodifiableMap(pair -> pair[0], pair -> pair[1]));

  /** The nouns in -o that take -es. */
  private static final Set<String> O_ES =
      words("buffalo mango mosquito potato tomato tornado volcano");

  /** Words that begin with a written vowel and a spoken consonant. */
  private static final Pattern CONSONANT_SOUND =
      Pattern.compile("(eu|ewe|one\\b|one-|once|u[bfkns]i|uni|use|util|ukulele|ufo|uranus).*");

  /** Words that begin with a written consonant or digit and a spoken vowel. */
  private static final Pattern VOWEL_SOUND =
      Pattern.compile("(hour|honest|heir|x-ray|8|11\\b|18\\b|sos).*");

  private static final Set<String> COLOR_WORDS =
      words("red orange yellow green blue purple pink brown gray grey black white");

  private static final Map<String, Noun> TABLE = readTable();
  private static final Map<String, List<Concept>> BY_CUT_LABEL =
      ConceptSet.everything().concepts().stream().collect(groupingBy(c -> cut(c)));
  private static final Set<String> LABELS =
      Set.copyOf(ConceptSet.everything().concepts().stream().map(c -> ascii(c.label())).toList());
  private static final Map<Concept, Noun> NOUNS = new ConcurrentHashMap<>();

  private static Set<String> words(String all) {
    return Set.of(all.split(" "));
  }

  static Noun of(Concept concept) {
    return NOUNS.computeIfAbsent(concept, Noun::make);
  }

  /** Returns a noun with a regular plural, such as a hypernym. */
  static Noun regular(String singular) {
    Noun exception = TABLE.get(singular);
    return exception != null ? exception : new Noun(singular, plural(singular), Countability.COUNT);
  }

  /** Returns the entry in the table of exceptions. */
  static Set<String> exceptions() {
    return TABLE.keySet();
  }

  boolean isCountable() {
    return countability == Countability.COUNT;
  }

  /** Whether the name contains a colour: "a red apple" cannot be blue. */
  boolean namesColor() {
    return Arrays.stream(singular.toLowerCase(Locale.ROOT).split("[ -]"))
        .anyMatch(COLOR_WORDS::contains);
  }

  /** Returns the singular with adjectives and article: "a tiny owl", "an owl", "bread". */
  String one(String adjectives) {
    String phrase = adjectives + singular;
    return isCountable() ? article(phrase) + " " + phrase : phrase;
  }

  /** Returns {@code "a"} or {@code "an"}, by the sound that follows. */
  static String article(String phrase) {
    String p = phrase.toLowerCase(Locale.ROOT);
    boolean vowel = !p.isEmpty() && "aeiou".indexOf(p.charAt(0)) >= 0;
    if (CONSONANT_SOUND.matcher(p).matches()) {
      vowel = false;
    } else if (VOWEL_SOUND.matcher(p).matches()) {
      vowel = true;
    }
    return vowel ? "an" : "a";
  }

  /** Returns the regular plural of a noun phrase, the plural of its head noun. */
  static String plural(String phrase) {
    String[] words = phrase.split(" ");
    int head = words.length - 1;
    for (int i = 1; i < words.length; i++) {
      if (POSTMODIFIERS.contains(words[i])) {
        head = i - 1;
        break;
      }
    }
    words[head] = pluralOfWord(words[head]);
    return String.join(" ", words);
  }

  private static String pluralOfWord(String word) {
    String irregular = IRREGULAR.get(word);
    if (irregular != null) {
      return irregular;
    }
    if (SAME.contains(word) || word.endsWith("fish")) {
      return word;
    }
    if (word.matches(".*(s|x|z|ch|sh)") || O_ES.contains(word)) {
      return word + "es";
    }
    if (word.matches(".*[^aeiou]y")) {
      return word.substring(0, word.length() - 1) + "ies";
    }
    return word + "s";
  }

  private static Noun make(Concept concept) {
    String label = ascii(concept.label());
    Noun exception = TABLE.get(label);
    if (exception != null) {
      return exception;
    }
    String cut = cut(concept);
    boolean unique =
        BY_CUT_LABEL.getOrDefault(cut, List.of()).size() <= 1
            && (cut.equals(label) || !LABELS.contains(cut));
    return regular(unique ? cut : label);
  }

  /**
   * Returns the label without endings that only mark an emoji; the whole label if nothing would be
   * left.
   */
  private static String cut(Concept concept) {
    String label = ascii(concept.label());
    String cut = label.replaceFirst(": .*", "").replaceFirst(" button$", "");
    // The "face" of a smiley is its noun, since "a grinning" means nothing; the same for "sun with
    // face".
    if (!concept.group().equals("smileys-emotion")) {
      String faceless = cut.replaceFirst(" face$", "");
      if (!POSTMODIFIERS.contains(faceless.substring(faceless.lastIndexOf(' ') + 1))) {
        cut = faceless;
      }
    }
    return cut.isBlank() ? label : cut;
  }

  /** Normalises the label to the usual spelling. */
  static String ascii(String label) {
    return label.replace('’', '\'');
  }

  private static Map<String, Noun> readTable() {
    Map<String, Noun> nouns = new HashMap<>();
    for (List<String> row : TsvResources.read(Noun.class, "nouns.tsv", 4)) {
      Countability countability = Countability.valueOf(row.get(1).toUpperCase(Locale.ROOT));
      nouns.put(row.get(0), new Noun(row.get(2), row.get(3), countability));
    }
    return Map.copyOf(nouns);
  }
}
