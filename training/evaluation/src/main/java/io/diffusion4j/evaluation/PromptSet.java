package io.diffusion4j.evaluation;

import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneMix.Kinds;
import io.diffusion4j.emoji.scene.SceneSampler;
import io.diffusion4j.emoji.scene.SceneSplit;
import io.diffusion4j.emoji.scene.Splits;
import io.diffusion4j.emoji.train.EmojiSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The prompts of an evaluation: a fixed list for every (concepts, styles, count, seed), half of it
 * trained combinations and half held-out ones.
 *
 * <p>Eight kinds take turns. Four are trained combinations: one thing, several, two in a relation,
 * and one that is small or large. Four are held-out combinations of a background, count, relation
 * and style.
 *
 * @param prompts the prompts, at least one
 */
public record PromptSet(List<Prompt> prompts) {
  /**
   * A prompt.
   *
   * @param scene the scene of the picture
   * @param text its description: {@link Captioner#factual} or {@link Captioner#plain}
   */
  public record Prompt(Scene scene, String text) {
    /** Returns the prompt of a scene, with its factual caption as the text. */
    public static Prompt of(Scene scene) {
      return new Prompt(scene, Captioner.factual(scene));
    }

    /** Whether the model may have been trained on this combination. */
    public boolean isSeen() {
      return Splits.heldOut(scene).isEmpty();
    }

    /** Whether exactly this combination is held out. */
    public boolean isHeldOut(SceneSplit split) {
      return Splits.heldOut(scene).equals(Set.of(split));
    }
  }

  private record Kind(SceneSplit split, Kinds kinds) {
    SceneMix mix(SceneMix defaults) {
      return new SceneMix(kinds, 0.85, 0, defaults.styles(), defaults.oneStyle(), 0, false);
    }
  }

  private static final Kinds CENTRED = new Kinds(1, 0, 0, 0, 0);
  private static final Kinds SIZED = new Kinds(0, 0, 1, 0, 0);
  private static final Kinds SEVERAL = new Kinds(0, 0, 0, 1, 0);
  private static final Kinds RELATED = new Kinds(0, 0, 0, 0, 1);

  private static final List<Kind> KINDS =
      List.of(
          new Kind(SceneSplit.TRAIN, CENTRED),
          new Kind(SceneSplit.HELD_OUT_BACKGROUND, CENTRED),
          new Kind(SceneSplit.TRAIN, SEVERAL),
          new Kind(SceneSplit.HELD_OUT_COUNT, SEVERAL),
          new Kind(SceneSplit.TRAIN, RELATED),
          new Kind(SceneSplit.HELD_OUT_RELATION, RELATED),
          new Kind(SceneSplit.TRAIN, SIZED),
          new Kind(SceneSplit.HELD_OUT_STYLE, CENTRED));

  public PromptSet {
    prompts = List.copyOf(prompts);
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException("prompts: none (expected: at least one)");
    }
  }

  /**
   * Returns the list of this length.
   *
   * @param defaults the scenes that the model is made for: the prompts name its styles
   * @throws IllegalArgumentException if the length is 0
   * @throws IllegalStateException if the concepts are so few that nothing of some kind is held out
   */
  public static PromptSet of(ConceptSet concepts, SceneMix defaults, int count, long seed) {
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " (expected: ≥ 1)");
    }
    List<SceneSampler> samplers = new ArrayList<>();
    for (Kind kind : KINDS) {
      samplers.add(
          new SceneSampler(concepts, kind.mix(defaults), kind.split, seed + samplers.size()));
    }
    List<Prompt> prompts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      prompts.add(Prompt.of(samplers.get(i % KINDS.size()).scene(i / KINDS.size())));
    }
    return new PromptSet(prompts);
  }

  /**
   * Returns the first prompts of {@link #of} that show one concept.
   *
   * @throws IllegalArgumentException if the length is 0
   */
  public static PromptSet ofOneConcept(
      ConceptSet concepts, SceneMix defaults, int count, long seed) {
    // Six of eight kinds show one, so twice as many prompts always suffice.
    return new PromptSet(
        of(concepts, defaults, 2 * count, seed).prompts.stream()
            .filter(prompt -> prompt.scene.subject().concepts().size() == 1)
            .limit(count)
            .toList());
  }

  /**
   * Returns the list of this length for a data set, whose words for the styles it has.
   *
   * @throws IllegalArgumentException if the length is 0
   */
  public static PromptSet of(EmojiSettings drawn, int count, long seed) {
    PromptSet set = of(drawn.concepts(), drawn.scenes(), count, seed);
    return drawn.plainStyles() == 0
        ? set
        : new PromptSet(
            set.prompts.stream()
                .map(prompt -> new Prompt(prompt.scene, Captioner.plain(prompt.scene)))
                .toList());
  }

  /** Returns the scenes of all prompts. */
  public List<Scene> scenes() {
    return prompts.stream().map(Prompt::scene).toList();
  }

  /** Returns the texts of all prompts. */
  public List<String> texts() {
    return prompts.stream().map(Prompt::text).toList();
  }

  /** Returns the number of prompts. */
  public int size() {
    return prompts.size();
  }
}
