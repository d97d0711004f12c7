package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.diffusion.stage.StageKind;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a distilled stage can do. Its network knows the noise levels of its own steps only, and a
 * learned variance means nothing any more, so the samplers are those that read x̂₀ alone.
 *
 * @param method how it was distilled
 * @param steps its number of steps
 * @param guidance the teacher's guidance scale, which is part of the student, or the default of
 *     {@code scales}
 * @param scales the smallest and the largest guidance scale of a student that reads its scale;
 *     empty for a student of one
 * @param samplers the names of its samplers, the default first
 * @param teacher the digest of the teacher's folder
 */
public record Student(
    String method,
    int steps,
    double guidance,
    List<Double> scales,
    List<String> samplers,
    String teacher) {
  private static final List<String> SAMPLERS = List.of("ddim", "consistency", "lcm", "tcd");

  public Student {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    Check.notNegative("guidance", guidance);
    samplers = List.copyOf(samplers);
    Check.that(!samplers.isEmpty(), "samplers", samplers, "at least one");
    scales = List.copyOf(scales);
    Check.that(
        scales.isEmpty()
            || (scales.size() == 2 && scales.get(0) <= guidance && guidance <= scales.get(1)),
        "scales",
        scales,
        "none, or two around the guidance %s",
        guidance);
  }

  /**
   * Creates a student that every sampler can draw with which reads x̂₀ alone.
   *
   * @param sampler the default one
   */
  public static Student of(
      String method,
      int steps,
      double guidance,
      List<Double> scales,
      String sampler,
      String teacher) {
    List<String> samplers =
        Stream.concat(Stream.of(sampler), SAMPLERS.stream()).distinct().toList();
    return new Student(method, steps, guidance, scales, samplers, teacher);
  }

  /** Reads the settings of a stage. */
  static Student read(ComponentConfig config) {
    return config.make(
        () ->
            new Student(
                config.text("method"),
                config.intValue("steps"),
                config.doubleValue("guidance"),
                config.doubles("scales", List.of()),
                config.texts("samplers", List.of()),
                config.text("teacher")));
  }

  /** Returns the settings of {@link #read}. */
  ConfigWriter settings() {
    var settings =
        ConfigWriter.nested()
            .put("guidance", guidance)
            .put("method", method)
            .put("samplers", samplers)
            .put("steps", steps)
            .put("teacher", teacher);
    return scales.isEmpty() ? settings : settings.put("scales", scales);
  }

  /** Returns the times that it knows, as shares of the noisiest timestep. */
  public List<Double> times() {
    return IntStream.rangeClosed(1, steps).mapToObj(i -> (double) i / steps).toList();
  }

  /** Returns what the stage is, in words. */
  String words() {
    return "distilled to steps: "
        + steps
        + " ("
        + method
        + ", guidance "
        + (scales.isEmpty() ? guidance : scales.get(0) + " to " + scales.get(1))
        + ") from "
        + teacher
        + "; it knows the noise levels of its own steps only";
  }

  /**
   * Returns the stage with the student's steps and samplers only; its guidance is inside, or an
   * input of the network.
   */
  Stage limited(Stage stage) {
    return stage
        .denoising()
        .map(course -> stage.withCourse(limited(course)).withScale(scale()))
        .orElse(stage);
  }

  private Stage.Scale scale() {
    return scales.isEmpty() ? Stage.Scale.NONE : new Stage.Scale(guidance, scales.get(1));
  }

  private StageKind.Denoising limited(StageKind.Denoising course) {
    ByName<Sampler> all = course.choices().samplers();
    Map<String, Sampler> own =
        samplers.stream().collect(Collectors.toMap(Function.identity(), all::named));
    ByName<Sampler> few = new ByName<>("sampler", own);
    for (String name : all.names()) {
      few = own.containsKey(name) ? few : few.without(name, "a model of many steps");
    }
    TimestepSpacing spacing =
        (trainSteps, n) -> {
          Check.that(n == steps, "steps", n, "%s, for which the model was distilled", steps);
          return TimestepSpacings.TRAILING.of(trainSteps, n);
        };
    var choices = new StageChoices(few, samplers.get(0), steps);
    return new StageKind.Denoising(
        course.schedule(),
        spacing,
        course.treatment(),
        course.choices().treatments().map(choices::withTreatments).orElse(choices));
  }
}
