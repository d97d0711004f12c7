package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.diffusion.stage.StageKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a distilled model can do: {@value #FILE} in its folder. Its network knows the noise levels
 * of its own steps only, and a learned variance means nothing any more, so the samplers are those
 * that read x̂₀ alone.
 *
 * @param method how it was distilled
 * @param steps its number of steps
 * @param guidance the teacher's guidance scale, which is part of the student
 * @param teacher the digest of the teacher's folder
 */
public record Student(String method, int steps, double guidance, String teacher) {
  /** The name of the file. */
  public static final String FILE = "distilled.json";

  private static final List<String> SAMPLERS = List.of("consistency", "ddim", "lcm", "tcd");
  private static final String DEFAULT = "ddim";

  public Student {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    Check.notNegative("guidance", guidance);
  }

  /**
   * Reads the file of a folder; empty if the model was not distilled.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if it has an unknown field
   */
  public static Optional<Student> in(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    var config = ComponentConfig.read(file);
    var student =
        config.make(
            () ->
                new Student(
                    config.text("method"),
                    config.intValue("steps"),
                    config.doubleValue("guidance"),
                    config.text("teacher")));
    config.refuseUnknown();
    return Optional.of(student);
  }

  /** Writes the file of a folder. */
  public void write(Path folder) {
    ConfigWriter.nested()
        .put("guidance", guidance)
        .put("method", method)
        .put("steps", steps)
        .put("teacher", teacher)
        .write(folder.resolve(FILE));
  }

  /** Returns what the model is, in a sentence. */
  public String words() {
    return "distilled to steps: "
        + steps
        + " ("
        + method
        + ", guidance "
        + guidance
        + ") from "
        + teacher
        + "; it knows the noise levels of its own steps only";
  }

  /** Returns the course of a network with the student's steps and samplers only. */
  public StageKind.Denoising limited(StageKind.Denoising course) {
    ByName<Sampler> all = course.choices().samplers();
    Map<String, Sampler> own =
        SAMPLERS.stream().collect(Collectors.toMap(Function.identity(), all::named));
    ByName<Sampler> samplers = new ByName<>("sampler", own);
    for (String name : all.names()) {
      samplers = own.containsKey(name) ? samplers : samplers.without(name, "a model of many steps");
    }
    TimestepSpacing spacing =
        (trainSteps, n) -> {
          Check.that(n == steps, "steps", n, "%s, for which the model was distilled", steps);
          return TimestepSpacings.TRAILING.of(trainSteps, n);
        };
    var choices = new StageChoices(samplers, DEFAULT, steps);
    return new StageKind.Denoising(
        course.schedule(),
        spacing,
        course.treatment(),
        course.choices().treatments().map(choices::withTreatments).orElse(choices));
  }
}
