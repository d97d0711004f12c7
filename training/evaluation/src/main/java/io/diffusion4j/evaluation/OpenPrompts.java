package io.diffusion4j.evaluation;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.toSet;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.NamedColor;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneMix.Kinds;
import io.diffusion4j.emoji.scene.SceneSampler;
import io.diffusion4j.emoji.scene.SceneSplit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * Prompts with many true pictures, which a {@link PromptSet} does not have: each of its captions
 * determines the picture.
 *
 * <p>{@link #of} leaves thing and style open, as in "an animal on a blue background"; {@link
 * #ofThings} only the style, as in "an owl".
 *
 * <p>The words are those of the captions that models are trained with. Those for most concepts come
 * first; a word that is also the name of a concept ("bird") is left out. If there are more prompts
 * than words, the words come again before other backgrounds.
 *
 * @param prompts the prompts, at least one
 */
public record OpenPrompts(List<Prompt> prompts) {
  /** The number of pictures of each prompt. */
  public static final int PICTURES = 16;

  private static final Kinds CENTRED = new Kinds(1, 0, 0, 0, 0);

  /**
   * A prompt.
   *
   * @param word the word for several concepts, or the name of one
   * @param text the word with the background
   * @param scenes {@value #PICTURES} scenes of the training data that the text describes
   * @param others as many further ones
   */
  public record Prompt(String word, String text, List<Scene> scenes, List<Scene> others) {
    public Prompt {
      scenes = List.copyOf(scenes);
      others = List.copyOf(others);
    }
  }

  /** A word for several concepts. */
  private record Word(String text, List<Concept> concepts) {}

  public OpenPrompts {
    prompts = List.copyOf(prompts);
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException("prompts: none (expected: at least one)");
    }
  }

  /**
   * Returns the list of this length.
   *
   * @param defaults the scenes that the model is made for: real pictures have its styles
   * @throws IllegalArgumentException if the length is 0, or no word stands for two of the concepts
   */
  public static OpenPrompts of(ConceptSet concepts, SceneMix defaults, int count, long seed) {
    List<Word> words = words(concepts);
    if (words.isEmpty()) {
      throw new IllegalArgumentException(
          "concepts: " + concepts.name() + " (expected: two for which there is a common word)");
    }
    // All scenes of a run have the same background.
    var mix =
        new SceneMix(CENTRED, 1, 0, defaults.styles(), defaults.oneStyle(), 2 * PICTURES, false);
    List<Prompt> prompts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Word word = words.get(i % words.size());
      var few = new ConceptSet(word.text, word.concepts);
      var sampler = new SceneSampler(few, mix, SceneSplit.TRAIN, seed + i);
      String text = Captioner.vague(word.text, sampler.scene(0).background());
      prompts.add(prompt(word.text, text, sampler::scene));
    }
    return new OpenPrompts(prompts);
  }

  /**
   * Returns prompts that name a thing before white and leave its style open. Real pictures are in
   * all styles.
   *
   * @throws IllegalArgumentException if the length is 0
   */
  public static OpenPrompts ofThings(ConceptSet concepts, int count, long seed) {
    var things = new SceneSampler(concepts, SceneMix.plain(), SceneSplit.TRAIN, seed);
    return new OpenPrompts(
        LongStream.range(0, count).mapToObj(i -> ofThing(things.scene(i), seed + i)).toList());
  }

  private static Prompt ofThing(Scene scene, long seed) {
    String name = Captioner.unstyled(scene);
    var one = new ConceptSet(name, scene.subject().concepts());
    return prompt(
        name, name, new SceneSampler(one, SceneMix.plain(), SceneSplit.TRAIN, seed)::scene);
  }

  private static Prompt prompt(String word, String text, LongFunction<Scene> scene) {
    List<Scene> scenes = LongStream.range(0, 2 * PICTURES).mapToObj(scene).toList();
    return new Prompt(
        word, text, scenes.subList(0, PICTURES), scenes.subList(PICTURES, 2 * PICTURES));
  }

  /** Returns the words for at least two concepts, those for most concepts first. */
  private static List<Word> words(ConceptSet concepts) {
    SortedMap<String, List<Concept>> covered = new TreeMap<>();
    for (Concept concept : concepts.concepts()) {
      for (String word : Captioner.hypernyms(concept)) {
        covered.computeIfAbsent(word, w -> new ArrayList<>()).add(concept);
      }
    }
    Set<String> names = concepts.concepts().stream().map(Captioner::named).collect(toSet());
    return covered.entrySet().stream()
        .map(entry -> new Word(entry.getKey(), entry.getValue()))
        .filter(word -> word.concepts.size() >= 2)
        .filter(word -> !names.contains(Captioner.vague(word.text, NamedColor.WHITE)))
        .sorted(comparing(word -> -word.concepts.size())) // stable, else by the alphabet
        .toList();
  }

  /** Returns the text of each picture: every prompt {@value #PICTURES} times in succession. */
  public List<String> texts() {
    return prompts.stream()
        .flatMap(prompt -> Collections.nCopies(PICTURES, prompt.text()).stream())
        .toList();
  }

  /** Returns the number of pictures. */
  public int size() {
    return prompts.size() * PICTURES;
  }
}
