package example;

import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.Shuffled;
import io.diffusion4j.data.files.Columns;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import java.nio.file.Path;
import java.util.List;

// snippet: all
/** Trains parts of a model on pictures: data set, training, model folder. */
public final class OwnTraining {
  private OwnTraining() {}

  public static void train(
      String pictures,
      Preset sizes,
      List<TrainableComponent> parts,
      long steps,
      Path model,
      Path state) {
    DataSet data = new Shuffled(PictureFiles.open("data", List.of(pictures), Columns.DEFAULT));
    ModelTraining training = new ModelTraining(sizes, model, state);
    for (TrainableComponent part : parts) {
      TrainingConfig config = training.config(part).withSteps(steps);
      training.train(
          training.setup(part, data),
          config,
          100, // steps between two states
          (step, report) -> System.out.printf("%s %d: %.4f%n", part.word(), step, report.loss()));
    }
  }
}
// end snippet
