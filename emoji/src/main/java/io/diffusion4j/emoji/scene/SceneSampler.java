package io.diffusion4j.emoji.scene;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * An endless series of scenes of one split: a pure function of (seed, index). Thread-safe.
 *
 * <p>The kind of scene is drawn first. Combinations of another split are then drawn again without
 * changing the kind, so the mix is exact in every split. Two test splits allow only one kind of
 * scene, and always draw that kind.
 */
public final class SceneSampler {
  /** One combination in ten is held out, so this many failures mean that there is none. */
  private static final int MAX_DRAWS = 10_000;

  private static final List<NamedColor> TINTS =
      List.of(
          NamedColor.RED,
          NamedColor.ORANGE,
          NamedColor.YELLOW,
          NamedColor.GREEN,
          NamedColor.BLUE,
          NamedColor.PURPLE,
          NamedColor.PINK);

  private enum Kind {
    CENTRED,
    VARIED,
    SIZED,
    SEVERAL,
    RELATED
  }

  private final List<Concept> concepts;
  private final List<Concept> countable;
  private final SceneMix mix;
  private final SceneSplit split;
  private final long seed;

  /**
   * Creates a series of scenes.
   *
   * @throws IllegalArgumentException if the mix needs more concepts: two for relations, a countable
   *     one for several of a kind
   */
  public SceneSampler(ConceptSet concepts, SceneMix mix, SceneSplit split, long seed) {
    this.concepts =
        concepts.concepts().stream()
            .filter(c -> mix.styles().stream().anyMatch(c::isDrawnIn))
            .toList();
    this.countable = this.concepts.stream().filter(c -> Noun.of(c).isCountable()).toList();
    this.mix = mix;
    this.split = split;
    this.seed = seed;
    boolean several = mix.kinds().several() > 0 || split == SceneSplit.HELD_OUT_COUNT;
    boolean related = mix.kinds().related() > 0 || split == SceneSplit.HELD_OUT_RELATION;
    if (this.concepts.size() < (related ? 2 : 1) || (several && countable.isEmpty())) {
      throw new IllegalArgumentException(
          "concepts: %d drawn in %s, %d of them countable (expected: enough for %s)"
              .formatted(this.concepts.size(), mix.styles(), countable.size(), mix));
    }
  }

  /**
   * Returns the scene at an index.
   *
   * @throws IllegalStateException if the split has no scene of the kind drawn
   */
  public Scene scene(long index) {
    if (!mix.swapped() || index % 2 == 0) {
      return scene(index, kind(index));
    }
    Scene before = scene(index - 1);
    List<Scene> partners =
        (before.subject() instanceof Subject.Pair
                ? before.swapped().stream()
                : mix.styles().stream()
                    .filter(before.subject().concepts().get(0)::isDrawnIn)
                    .filter(style -> style != before.style())
                    .map(before::withStyle))
            .filter(scene -> split.holds(Splits.heldOut(scene)))
            .toList();
    return partners.isEmpty()
        ? scene(index, kind(index - 1))
        : Streams.oneOf(Streams.at(seed, Streams.STYLE, index), partners);
  }

  private Scene scene(long index, Kind kind) {
    SplittableRandom random = Streams.at(seed, Streams.SCENE, index);
    random.nextDouble(); // the stream of the kind
    Optional<NamedColor> common = common(index);
    for (int i = 0; i < MAX_DRAWS; i++) {
      Optional<Scene> scene = draw(kind, common, random);
      if (scene.isPresent() && split.holds(Splits.heldOut(scene.get()))) {
        return scene.get();
      }
    }
    throw new IllegalStateException(
        "split: %s has no scene with %s among %d concepts (expected: at least one)"
            .formatted(split, kind, concepts.size()));
  }

  /**
   * Returns every concept in every style of the mix that this split allows, once, in the middle of
   * white.
   */
  public List<Scene> catalogue() {
    List<Scene> catalogue = new ArrayList<>();
    for (Concept concept : concepts) {
      for (Style style : mix.styles()) {
        if (concept.isDrawnIn(style)) {
          var scene =
              Scene.of(new Subject.Single(concept, SceneSize.MEDIUM), style, NamedColor.WHITE);
          if (split.holds(Splits.heldOut(scene))) {
            catalogue.add(scene);
          }
        }
      }
    }
    return catalogue;
  }

  private Kind kind(long index) {
    double u = Streams.at(seed, Streams.SCENE, index).nextDouble();
    if (split == SceneSplit.HELD_OUT_COUNT) {
      return Kind.SEVERAL;
    }
    if (split == SceneSplit.HELD_OUT_RELATION) {
      return Kind.RELATED;
    }
    double[] shares = mix.kinds().shares();
    int last = 0;
    for (int i = 0; i < shares.length; i++) {
      if (shares[i] > 0) {
        last = i; // rounding must not choose a kind of probability 0
        if (u < shares[i]) {
          break;
        }
      }
      u -= shares[i];
    }
    return Kind.values()[last];
  }

  /** Returns the common background of a run, in every other run. */
  private Optional<NamedColor> common(long index) {
    if (mix.alike() == 0 || index / mix.alike() % 2 != 0) {
      return Optional.empty();
    }
    var random = Streams.at(seed, Streams.ROW, index / mix.alike());
    return Optional.of(Streams.oneOf(random, NamedColor.COLORED));
  }

  /** Returns a scene; empty if the drawn style does not have the drawn concepts. */
  private Optional<Scene> draw(Kind kind, Optional<NamedColor> common, SplittableRandom random) {
    Subject subject = subject(kind, random);
    List<Style> styles = new ArrayList<>();
    for (Style style : mix.styles()) {
      if (subject.concepts().stream().allMatch(c -> c.isDrawnIn(style))) {
        styles.add(style);
      }
    }
    if (styles.isEmpty()) {
      return Optional.empty();
    }
    Style style = mix.oneStyle() ? defaultStyle(subject, styles) : Streams.oneOf(random, styles);
    // The test split of backgrounds never uses white.
    boolean named =
        random.nextDouble() < mix.background() || split == SceneSplit.HELD_OUT_BACKGROUND;
    NamedColor one = Streams.oneOf(random, NamedColor.COLORED);
    NamedColor background = common.orElse(named ? one : NamedColor.WHITE);
    var scene = Scene.of(subject, style, background);
    if (kind == Kind.VARIED) {
      scene = moved(scene, random);
    }
    boolean tinted = random.nextDouble() < mix.tint();
    NamedColor tint = Streams.oneOf(random, TINTS);
    boolean takesTint =
        tint != scene.background()
            && subject.concepts().stream().noneMatch(c -> Noun.of(c).namesColor());
    return Optional.of(tinted && takesTint ? scene.withTint(tint) : scene);
  }

  /**
   * Returns the first style that is not held out; in the test split of styles, the first that is.
   */
  private Style defaultStyle(Subject subject, List<Style> styles) {
    if (split == SceneSplit.HELD_OUT_STYLE) {
      return styles.get(0);
    }
    return styles.stream()
        .filter(s -> subject.concepts().stream().noneMatch(c -> Splits.isHeldOut(c, s)))
        .findFirst()
        .orElse(styles.get(0));
  }

  private Subject subject(Kind kind, SplittableRandom random) {
    return switch (kind) {
      case CENTRED, VARIED -> new Subject.Single(Streams.oneOf(random, concepts), SceneSize.MEDIUM);
      case SIZED ->
          new Subject.Single(
              Streams.oneOf(random, concepts),
              random.nextInt(2) == 0 ? SceneSize.SMALL : SceneSize.LARGE);
      case SEVERAL ->
          new Subject.Several(
              Streams.oneOf(random, countable), 2 + random.nextInt(Subject.Several.MAX_COUNT - 1));
      case RELATED -> {
        int first = random.nextInt(concepts.size());
        int other = random.nextInt(concepts.size() - 1);
        int second = other < first ? other : other + 1;
        Relation relation = random.nextInt(2) == 0 ? Relation.LEFT_OF : Relation.ABOVE;
        yield new Subject.Pair(concepts.get(first), relation, concepts.get(second));
      }
    };
  }

  /** Returns a placement anywhere inside the picture, at 75 % to 125 % of the size. */
  private static Scene moved(Scene scene, SplittableRandom random) {
    Placement placement = scene.placements().get(0);
    double size = placement.size() * (0.75 + 0.5 * random.nextDouble());
    double margin = size / 2 + 0.04; // keeps a rim of background at 32 pixels
    double x = margin + (1 - 2 * margin) * random.nextDouble();
    double y = margin + (1 - 2 * margin) * random.nextDouble();
    return new Scene(
        scene.subject(),
        scene.style(),
        scene.tint(),
        scene.background(),
        List.of(new Placement(placement.concept(), x, y, size)));
  }
}
