package io.diffusion4j.emoji.scene;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.art.TsvResources;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Describes a scene in English. Every caption is true. It may leave out the style, but never a
 * background other than white, a size other than the middle one, or a number. Thread-safe.
 */
public final class Captioner {
  private static final List<String> COUNTS = List.of("zero", "one", "two", "three", "four");

  private static final List<String> OPENINGS =
      List.of("a picture of ", "a drawing of ", "an emoji of ", "an image of ");

  /** Keywords without a meaning out of context. */
  private static final Set<String> EMPTY_WORDS =
      Set.of(
          "and", "big", "down", "face", "four", "large", "one", "over", "small", "two", "under",
          "up");

  private static final Map<String, List<String>> HYPERNYMS = readHypernyms();

  private final CaptionMix mix;

  /** Creates a captioner with this wording. */
  public Captioner(CaptionMix mix) {
    this.mix = mix;
  }

  /**
   * Describes a scene completely, in plain words: "three tiny blue owls on a red background, noto
   * style" (a white background, the middle size and natural colours are not mentioned).
   */
  public static String factual(Scene scene) {
    return unstyled(scene) + ", " + scene.style().words();
  }

  /**
   * Describes a scene as {@link #factual} does, with plain words for the style: "three tiny blue
   * owls on a red background, as a flat icon".
   */
  public static String plain(Scene scene) {
    return unstyled(scene) + ", " + plainly(scene.style());
  }

  static String plainly(Style style) {
    return "as " + Noun.regular(style.plainWords().get(0)).one("");
  }

  /** Describes a scene as {@link #factual} does, without its style. */
  public static String unstyled(Scene scene) {
    String said = said(scene.subject(), tint(scene));
    return scene.background() == NamedColor.WHITE
        ? said
        : said + " on " + background(scene.background());
  }

  /**
   * Describes one thing by a word for several concepts, without its style: "a bird on a blue
   * background" (a white background is not mentioned).
   *
   * @param word one of the {@link #hypernyms} of the concepts
   */
  public static String vague(String word, NamedColor background) {
    String said = Noun.regular(word).one("");
    return background == NamedColor.WHITE ? said : said + " on " + background(background);
  }

  /** Describes the subject alone, in the words of {@link #factual}. */
  static String said(Subject subject) {
    return said(subject, "");
  }

  private static String said(Subject subject, String tint) {
    if (subject instanceof Subject.Single single) {
      String size = single.size().words().stream().findFirst().map(w -> w + " ").orElse("");
      return Noun.of(single.concept()).one(size + tint);
    }
    if (subject instanceof Subject.Several several) {
      return COUNTS.get(several.count()) + " " + tint + Noun.of(several.concept()).plural();
    }
    Subject.Pair pair = (Subject.Pair) subject;
    return Noun.of(pair.first()).one(tint)
        + " "
        + pair.relation().phrases().get(0)
        + " "
        + Noun.of(pair.second()).one(tint);
  }

  /** Returns the name of a concept, with an article where it needs one: "an owl", "bread". */
  public static String named(Concept concept) {
    return Noun.of(concept).one("");
  }

  /** Returns the caption of the scene at an index of a series: a pure function of its arguments. */
  public String caption(Scene scene, long index, long seed) {
    return caption(scene, Streams.at(seed, Streams.CAPTION, index));
  }

  /** Returns a caption of a scene; the same random numbers give the same words. */
  public String caption(Scene scene, SplittableRandom random) {
    double u = random.nextDouble() - mix.empty();
    if (u < 0) {
      return "";
    }
    boolean terse = (u -= mix.terse()) < 0;
    boolean keywords = !terse && (u -= mix.keywords()) < 0;
    boolean hypernym = !terse && !keywords && u - mix.hypernym() < 0;
    boolean named = random.nextDouble() < mix.style();
    boolean plain = named && mix.plain() > 0 && random.nextDouble() < mix.plain();
    String drawing = plain ? Streams.oneOf(random, scene.style().plainWords()) : "";

    List<String> words = keywords ? keywords(scene, random) : List.of();
    String said = words.isEmpty() ? subject(scene, hypernym, random) : String.join(", ", words);
    if (terse) {
      said = said.replaceAll("\\b(a|an|the) ", "");
      if (scene.background() != NamedColor.WHITE) {
        String color = scene.background().word();
        said += oneIn(random, 2) ? ", " + color + " background" : " on " + color;
      }
      String style = plain ? drawing : scene.style().words();
      return named ? said + oneOf(random, ", ", " ") + style : said;
    }
    String one = plain ? Noun.regular(drawing).one("") : "";
    boolean opening = plain && oneIn(random, 3);
    if (opening) {
      said = one + " of " + said;
    } else if (words.isEmpty() && oneIn(random, 10)) {
      said = Streams.oneOf(random, OPENINGS) + said;
    }
    boolean inside = plain && !opening && oneIn(random, 2);
    if (inside) {
      said += " as " + one;
    }
    if (scene.background() != NamedColor.WHITE || oneIn(random, 10)) {
      said += oneOf(random, " on ", " on ", " on ", " with ") + background(scene.background());
    }
    if (!named || opening || inside) {
      return said;
    }
    return plain
        ? said + oneOf(random, ", as ", " as ") + one
        : said + oneOf(random, ", ", " in ") + scene.style().words();
  }

  private static String subject(Scene scene, boolean hypernym, SplittableRandom random) {
    Subject subject = scene.subject();
    String tint = tint(scene);
    if (subject instanceof Subject.Single single) {
      List<String> sizes = single.size().words();
      String size = sizes.isEmpty() ? "" : Streams.oneOf(random, sizes) + " ";
      return noun(single.concept(), hypernym, random).one(size + tint);
    }
    if (subject instanceof Subject.Several several) {
      String count =
          oneIn(random, 6) ? Integer.toString(several.count()) : COUNTS.get(several.count());
      Noun kind = noun(several.concept(), hypernym, random);
      Noun counted = kind.isCountable() ? kind : Noun.of(several.concept()); // not "three food"
      return count + " " + tint + counted.plural();
    }
    Subject.Pair pair = (Subject.Pair) subject;
    boolean firstIsVague = hypernym && oneIn(random, 2); // one of the two keeps its name
    String first = noun(pair.first(), firstIsVague, random).one(tint);
    String second = noun(pair.second(), hypernym && !firstIsVague, random).one(tint);
    Relation relation = pair.relation();
    return oneIn(random, 3)
        ? second + " " + Streams.oneOf(random, relation.inverses()) + " " + first
        : first + " " + Streams.oneOf(random, relation.phrases()) + " " + second;
  }

  /** Returns its name, or its hypernym if there is one. */
  private static Noun noun(Concept concept, boolean hypernym, SplittableRandom random) {
    List<String> hypernyms = hypernym ? hypernyms(concept) : List.of();
    return hypernyms.isEmpty() ? Noun.of(concept) : Noun.regular(Streams.oneOf(random, hypernyms));
  }

  /** Returns the hypernyms of a concept, the closest first; none where no word fits. */
  public static List<String> hypernyms(Concept concept) {
    List<String> own = HYPERNYMS.get(Noun.ascii(concept.label()));
    return own != null ? own : HYPERNYMS.getOrDefault(concept.subgroup(), List.of());
  }

  static boolean isHypernym(String word) {
    return HYPERNYMS.values().stream().anyMatch(words -> words.contains(word));
  }

  /**
   * Returns one to three keywords of a plain single thing; none for scenes that need more words.
   */
  private static List<String> keywords(Scene scene, SplittableRandom random) {
    if (!(scene.subject() instanceof Subject.Single single)
        || single.size() != SceneSize.MEDIUM
        || scene.tint().isPresent()) {
      return List.of();
    }
    List<String> known = new ArrayList<>();
    for (String keyword : single.concept().keywords()) {
      if (keyword.length() > 2 && !EMPTY_WORDS.contains(keyword)) {
        known.add(Noun.ascii(keyword));
      }
    }
    List<String> chosen = new ArrayList<>();
    for (int n = 1 + random.nextInt(3); n > 0 && !known.isEmpty(); n--) {
      chosen.add(known.remove(random.nextInt(known.size())));
    }
    return chosen;
  }

  private static String tint(Scene scene) {
    return scene.tint().map(color -> color.word() + " ").orElse("");
  }

  private static String background(NamedColor background) {
    String color = background.word();
    return Noun.article(color) + " " + color + " background";
  }

  private static boolean oneIn(SplittableRandom random, int n) {
    return random.nextInt(n) == 0;
  }

  private static String oneOf(SplittableRandom random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static Map<String, List<String>> readHypernyms() {
    Map<String, List<String>> hypernyms = new HashMap<>();
    for (List<String> row : TsvResources.read(Captioner.class, "hypernyms.tsv", 2)) {
      String words = row.get(1);
      hypernyms.put(row.get(0), words.isEmpty() ? List.of() : List.of(words.split("\\|")));
    }
    return Map.copyOf(hypernyms);
  }
}
