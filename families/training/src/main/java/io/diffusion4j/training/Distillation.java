package io.diffusion4j.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.group.Group;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The distillation of a model, the teacher, into a student of few steps.
 *
 * @param teacher the folder of the teacher
 * @param student the folder of the student, which is written at the end; not the teacher's
 * @param work the folder of states and of the teacher's pictures
 * @param method what the student learns
 * @param steps the steps of the student, a power of two up to {@value #MAX}
 * @param parts the stages to distil, by name; empty for all of the model
 * @param examples what the student learns from
 * @param teacherSteps the steps in which the teacher draws, at least 2; empty for its default ones
 * @param guidance the teacher's guidance scale, which the student keeps; empty for its default one
 * @param embedded the guidance scales of a student that reads its scale ({@link Method#LCM}); empty
 *     for a student of one scale
 * @param config the training of the student, or of each of its stages
 * @param checkpointEvery steps between two states
 * @param group the processes that train together
 */
public record Distillation(
    Path teacher,
    Path student,
    Path work,
    Method method,
    int steps,
    List<String> parts,
    Examples examples,
    OptionalInt teacherSteps,
    OptionalDouble guidance,
    Optional<Scales> embedded,
    TrainingConfig config,
    long checkpointEvery,
    Group group) {
  /** One of this many pairs is held out. */
  public static final int HELD_OUT = 8;

  /** The largest number of steps of a student. */
  public static final int MAX = 8;

  private static final double MAX_SCALE = 100;

  /** The number of captions that are encoded at a time. */
  private static final int ENCODED = 64;

  public Distillation {
    Check.that(Files.isDirectory(teacher), "model", teacher, "the folder of a model");
    Check.that(
        !student.toAbsolutePath().normalize().equals(teacher.toAbsolutePath().normalize()),
        "output",
        student,
        "another folder than the teacher's");
    Check.that(
        steps >= 1 && steps <= MAX && Integer.bitCount(steps) == 1,
        "student-steps",
        steps,
        "1, 2, 4 or 8");
    Check.that(
        method != Method.DIRECT || steps == 1,
        "student-steps",
        steps,
        "1 with the method direct; the others have more");
    Check.that(
        embedded.isEmpty() || method == Method.LCM,
        "embed-guidance",
        embedded.map(Scales::words).orElse(""),
        "none; only the method lcm keeps the scale a setting");
    parts = List.copyOf(parts);
    teacherSteps.ifPresent(given -> Check.that(given >= 2, "teacher-steps", given, "≥ 2"));
    Check.that(
        examples.data().isEmpty() || method.learnsFromData(),
        "data",
        examples.data().map(DataSet::name).orElse(""),
        "none with the method %s, which learns from samples of the teacher",
        method.word());
    guidance.ifPresent(given -> Check.notNegative("guidance", given));
    Check.that(
        embedded.isEmpty() || config.lowRank().isEmpty(),
        "embed-guidance",
        embedded.map(Scales::words).orElse(""),
        "none beside lora-rank; the weights of its input would be whole");
    Check.that(checkpointEvery >= 1, "checkpoint-every", checkpointEvery, "≥ 1");
  }

  /**
   * Returns the stages to distil.
   *
   * @param known all of the model, in the order in which they draw
   * @throws IllegalArgumentException if it has no stage of a name
   */
  public List<String> parts(List<String> known) {
    for (String part : parts) {
      Check.that(known.contains(part), "part", part, "one of %s", String.join(", ", known));
    }
    return known.stream().filter(part -> parts.isEmpty() || parts.contains(part)).toList();
  }

  /** Returns the smallest and the largest scale that a student reads; empty if it reads none. */
  public List<Double> scales() {
    return embedded.map(scales -> List.of(scales.least(), scales.most())).orElse(List.of());
  }

  /**
   * Returns normally if there are captions, which a model of texts needs.
   *
   * @throws IllegalArgumentException if there are none
   */
  public void requireCaptions() {
    Check.that(!examples.captions().isEmpty(), "captions", "none", "at least one");
  }

  /** Encodes the caption of each pair. */
  public List<TextEncoding> texts(TextEncoder encoder) {
    List<String> captions = examples.captions();
    List<String> drawn = captions.stream().limit(examples.count()).distinct().toList();
    Map<String, TextEncoding> encoded = new HashMap<>();
    for (int from = 0; from < drawn.size(); from += ENCODED) {
      int to = Math.min(from + ENCODED, drawn.size());
      encoded.putAll(encoder.encodeOnce(drawn.subList(from, to).stream()));
    }
    return IntStream.range(0, examples.count())
        .mapToObj(i -> Objects.requireNonNull(encoded.get(captions.get(i % captions.size()))))
        .toList();
  }

  /**
   * Returns normally if the student is to have weights of its own.
   *
   * @param models those that support no low-rank updates
   * @throws IllegalArgumentException if it is to be a file of low-rank updates
   */
  public void requireWhole(String models) {
    Check.that(
        config.lowRank().isEmpty(),
        "lora-rank",
        config.lowRank().map(LowRank::rank).orElse(0),
        "none; %s take no low-rank updates",
        models);
  }

  /**
   * Returns the distillation of a stage. The teacher of a stage that is not distilled draws by its
   * defaults, and a stage without guidance has none unless its name was given.
   *
   * @param known all stages of the model
   */
  public Distillation of(Distillable<?> network, List<String> known) {
    String stage = network.stage();
    boolean isDistilled = parts(known).contains(stage);
    boolean isGuided = isDistilled && (network.away().isPresent() || parts.contains(stage));
    return new Distillation(
        teacher,
        student,
        work,
        method,
        steps,
        parts,
        examples,
        isDistilled ? teacherSteps : OptionalInt.empty(),
        isGuided ? guidance : OptionalDouble.empty(),
        isDistilled ? embedded : Optional.empty(),
        config,
        checkpointEvery,
        group);
  }

  /**
   * Returns how teachers and encoders run: on one thread if the student must not depend on the
   * number of threads, as the last bits of convolutions do.
   */
  public Compute compute() {
    boolean exact = config.shares() == TrainingConfig.Shares.FIXED;
    return exact ? config.compute().withThreads(Threads.of(1)) : config.compute();
  }

  /**
   * Returns the steps of the first student of {@link Method#PROGRESSIVE}: at most half of the
   * teacher's.
   *
   * @throws IllegalArgumentException if the last student has more
   */
  int firstSteps(int ofTeacher) {
    int first = Math.min(MAX, Integer.highestOneBit(ofTeacher / 2));
    Check.that(
        steps <= first, "student-steps", steps, "at most half of the teacher's %s", ofTeacher);
    return first;
  }

  /**
   * What a student learns from: samples that the teacher draws, or the pictures of a data set.
   *
   * @param captions what the teacher draws, in turn; unconditional models need none. Those of the
   *     pictures, in their order, if there is a data set.
   * @param count the number of samples, at least {@value #HELD_OUT}; one of every {@value
   *     #HELD_OUT} is held out
   * @param data the pictures; empty if the teacher draws
   */
  public record Examples(List<String> captions, int count, Optional<DataSet> data) {
    /** The seed of the order of the pictures. */
    private static final long SEED = 1;

    public Examples {
      captions = List.copyOf(captions);
      Check.that(count >= HELD_OUT, "pairs", count, "≥ %s", HELD_OUT);
    }

    /** Creates samples that the teacher draws. */
    public static Examples drawn(List<String> captions, int count) {
      return new Examples(captions, count, Optional.empty());
    }

    /** Creates the first pictures of a data set. */
    public static Examples of(DataSet data, int count) {
      var all = data.examples(1, SEED);
      var captions = IntStream.range(0, count).mapToObj(i -> all.named(i).caption()).toList();
      return new Examples(captions, count, Optional.of(data));
    }

    /** Returns what all samples and conditions depend on beside the model, by name. */
    Map<String, String> origin() {
      return origin(0, count);
    }

    /**
     * Returns what some samples and their conditions depend on: their captions, or the data set.
     */
    Map<String, String> origin(int from, int some) {
      Map<String, String> origin = new HashMap<>();
      if (data.isEmpty() && !captions.isEmpty()) {
        origin.put("captions", digest(from, some));
      }
      data.ifPresent(
          pictures -> {
            origin.putAll(pictures.origin());
            if (!pictures.classes().isEmpty()) {
              origin.put("classes", String.join(", ", pictures.classes()));
            }
          });
      return origin;
    }

    private String digest(int from, int some) {
      var digest = Sha256.start();
      for (int i = from; i < from + some; i++) {
        digest.update((captions.get(i % captions.size()) + "\n").getBytes(UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    /** Returns the pictures of a data set in a size, by number. */
    static CaptionedImages pictures(DataSet data, int size) {
      return data.examples(size, SEED);
    }
  }

  /**
   * The guidance scales that a student learns.
   *
   * @param least the smallest, at least 1
   * @param most the largest
   */
  public record Scales(double least, double most) {
    public Scales {
      Check.that(
          least >= 1 && least < most && most <= MAX_SCALE,
          "embed-guidance",
          least + "," + most,
          "two scales from 1 to %s, the smaller one first",
          MAX_SCALE);
    }

    /** Draws one, uniformly. */
    double draw(SplittableRandom random) {
      return random.nextDouble(least, most);
    }

    String words() {
      return least + "," + most;
    }
  }

  /** What a student learns. */
  public enum Method {
    /** The teacher's picture of the same noise, in one step. */
    DIRECT("ddim"),
    /** Two of the teacher's steps in one, again and again (Salimans &amp; Ho 2022, alg. 2). */
    PROGRESSIVE("ddim"),
    /** Straight lines from noises to the teacher's pictures of them (Liu et al. 2023). */
    REFLOW("ddim"),
    /** One picture for all noise levels of a trajectory (Y. Song et al. 2023, alg. 2). */
    CONSISTENCY("consistency"),
    /** The same with {@link Scales} that the student reads (Luo et al. 2023). */
    LCM("lcm");

    private final String sampler;

    Method(String sampler) {
      this.sampler = sampler;
    }

    /** Whether noisy pictures of a data set can take the place of noisy samples of the teacher. */
    boolean learnsFromData() {
      return this != DIRECT && this != REFLOW;
    }

    /** Returns the name in files. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the sampler that the student draws with by default. */
    public String sampler() {
      return sampler;
    }
  }
}
