package io.diffusion4j.glide;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.unet.UnetNetwork;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.Students;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Components;
import io.diffusion4j.training.Distillable;
import io.diffusion4j.training.Distillation;
import io.diffusion4j.training.Distiller;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.NetworkDistiller;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Distils the U-Nets of GLIDE: the base with its guidance by texts, and the upsampler, which learns
 * from the pictures that the base of the teacher draws of the captions. The text encoders and the
 * learned variances do not change.
 */
final class GlideDistiller implements Distiller {
  private static final List<String> STAGES = List.of(GlideParts.BASE, GlideParts.UPSAMPLER);

  @Override
  public boolean distill(Distillation how, ModelTraining.Observer observer) {
    Students.check(how.teacher(), how.student());
    how.requireWhole("models of GLIDE");
    List<String> parts = how.parts(STAGES);
    how.requireCaptions();
    Check.that(
        !GlideNetworks.completes(how.teacher()),
        "model",
        how.teacher(),
        "one of texts, without further pictures");
    var teaching = new Teaching(how);
    return parts.stream()
        .allMatch(
            stage ->
                stage.equals(GlideParts.BASE)
                    ? teaching.distill(GlideNetworks.BASE, teaching.base, observer)
                    : teaching.distill(GlideNetworks.UPSAMPLE, teaching.upsampler(), observer));
  }

  /** A distillation of some stages of a teacher. */
  private static final class Teaching {
    private final Distillation how;
    private final String digest;
    private final Distillable<GlideCondition> base;
    private final List<TextEncoding> upsamplerTexts;
    private final Stage upsamplerStage;

    Teaching(Distillation how) {
      this.how = how;
      try (var networks = GlideNetworks.load(how.teacher(), how.compute())) {
        var parts = networks.parts();
        var texts = how.texts(parts.baseText()).stream().map(GlideCondition::of).toList();
        var empty = GlideCondition.of(parts.baseText().encode(List.of("")).get(0));
        base = network(GlideNetworks.BASE, parts.baseStage(false), texts, Optional.of(empty));
        upsamplerTexts = how.texts(parts.upsamplerText());
        upsamplerStage = parts.upsamplerStage(false);
      }
      digest = FolderDigest.of(how.teacher(), component -> true);
    }

    Distillable<GlideCondition> upsampler() {
      int small = config(GlideNetworks.BASE).unet().sampleSize();
      int size = config(GlideNetworks.UPSAMPLE).unet().sampleSize();
      List<GlideCondition> conditions = new ArrayList<>();
      for (float[] pixels : distiller(base).samples()) {
        var enlarged = GlidePipeline.enlarge(new Image(small, small, pixels), size);
        conditions.add(GlideCondition.of(upsamplerTexts.get(conditions.size())).beside(enlarged));
      }
      return network(GlideNetworks.UPSAMPLE, upsamplerStage, conditions, Optional.empty());
    }

    private Distillable<GlideCondition> network(
        String name, Stage stage, List<GlideCondition> conditions, Optional<GlideCondition> away) {
      var config = config(name);
      int size = config.unet().sampleSize();
      return new Distillable<>(
          stage.name(),
          new UnetNetwork(config.unet(), config.textLength()),
          () -> weights(name).only(key -> !GlideTextNetwork.owns(key)),
          Optional.empty(),
          GlideFolders.scheduler(how.teacher().resolve(name)),
          t -> TimeEmbedding.sinusoid(t, config.unet().timeChannels()),
          GlideModel.feed(config),
          size * size * 3,
          Distillable.Encoding.pixels(size),
          conditions,
          away,
          Optional.empty(),
          Distillable.Defaults.of(stage));
    }

    private GlideConfig config(String name) {
      return GlideFolders.read(how.teacher().resolve(name));
    }

    private TensorSource weights(String name) {
      return ComponentRun.weights(how.teacher().resolve(name), Checkpoint.TRANSFORMERS);
    }

    private NetworkDistiller<GlideCondition> distiller(Distillable<GlideCondition> of) {
      return new NetworkDistiller<>(how.of(of, STAGES), digest, of);
    }

    /**
     * Distils a network into the folder of the student, which has the teacher's other components.
     * The names of the stages are written first, as a folder without them is not a student's.
     */
    boolean distill(String name, Distillable<GlideCondition> of, ModelTraining.Observer observer) {
      return distiller(of)
          .distill(
              name + ".",
              (weights, scheduler, notes, student) -> {
                Path model = Components.made(how.student());
                Students.in(model).with(of.stage(), student).write(model);
                var family = new GlideTraining();
                Components.copyMissing(
                    family.layout(how.teacher()), family.layout(model), List.of(name));
                Path folder = Components.made(model.resolve(name));
                var all = weights(name).only(GlideTextNetwork::owns).putAll("", weights);
                GlideFolders.write(folder, config(name), all, notes);
                scheduler.write(folder.resolve(SchedulerConfig.FILE_NAME));
              },
              observer);
    }
  }
}
