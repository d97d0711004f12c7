package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.Students;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Components;
import io.diffusion4j.training.Distillable;
import io.diffusion4j.training.Distillation;
import io.diffusion4j.training.Distiller;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.NetworkDistiller;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Distils a DDPM of pixels; the classes of its noises follow from the seed. */
final class PixelDistiller implements Distiller {
  private static final String STAGE = DdpmPipeline.STAGE;
  private static final Distillable.Defaults DEFAULTS = new Distillable.Defaults(25, 1);

  @Override
  public boolean distill(Distillation how, ModelTraining.Observer observer) {
    var folder = new DdpmFolder(how.teacher());
    Check.that(
        folder.autoencoder().isEmpty(),
        "model",
        how.teacher(),
        "a model of pixels, not of latents");
    how.requireWhole("models of pixels");
    Students.check(how.teacher(), how.student());
    how.parts(List.of(STAGE));
    var network = PixelFolders.read(folder.network());
    var scheduler = folder.scheduler();
    var classes = folder.classes(); // the teacher may be gone when the student is written
    var of =
        new Distillable<PixelLabel>(
            STAGE,
            network,
            () -> network.fromFolder(ComponentRun.weights(folder.network(), Checkpoint.DIFFUSERS)),
            Optional.empty(),
            scheduler,
            PixelModel.times(network, scheduler),
            network::feed,
            network.width() * network.height() * network.channels(),
            Distillable.Encoding.pixels(network.height()),
            labels(network, classes, how),
            network.labels().hasNull() ? Optional.of(new PixelLabel.None()) : Optional.empty(),
            Optional.empty(),
            DEFAULTS);
    String digest = FolderDigest.of(how.teacher(), component -> true);
    return new NetworkDistiller<>(how, digest, of)
        .distill(
            "",
            (weights, students, notes, student) -> {
              // First the stages: a model without them is not a student's
              Students.NONE.with(STAGE, student).write(Components.made(how.student()));
              new DdpmFolder(how.student()).write(network, students, classes, weights, notes);
            },
            observer);
  }

  /**
   * Returns the class of each sample: that of its picture, or a random one, among them the null
   * class if there is one.
   *
   * @param named the names of the model's classes, if it has them
   */
  private static List<PixelLabel> labels(
      PixelBackbone network, List<String> named, Distillation how) {
    var labels = network.labels();
    var examples = how.examples();
    if (examples.data().isPresent()) {
      network.requirePictures();
      List<String> classes = examples.data().get().classes();
      Check.that(
          labels.count() == classes.size(),
          "data: classes",
          classes.size(),
          "the %s of the model, as --classes folder or caption finds them",
          labels.count());
      Check.that(
          named.isEmpty() || named.equals(classes),
          "data: classes",
          String.join(", ", classes),
          "those of the model: %s",
          String.join(", ", named));
      return examples.captions().stream().map(name -> PixelLabel.of(classes, name)).toList();
    }
    return IntStream.range(0, examples.count())
        .<PixelLabel>mapToObj(
            number -> {
              var random = new SplittableRandom(how.config().seed() + number);
              int row = labels.rows() == 0 ? 0 : random.nextInt(labels.rows());
              return row >= labels.count() ? new PixelLabel.None() : new PixelLabel.Numbered(row);
            })
        .toList();
  }
}
