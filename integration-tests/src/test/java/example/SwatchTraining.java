package example;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.weights.ModelFiles;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.ModelLayout;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.training.TrainableFamily;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The training of a {@link SwatchFamily}: the squared error of the painter's pixels. */
public final class SwatchTraining implements TrainableFamily {
  /** The section of a preset. */
  public record Sizes(Preset.@Nullable Schedule swatch) {}

  @Override
  public String name() {
    return "Swatch";
  }

  @Override
  public List<TrainableComponent> components() {
    return List.of(new Painter());
  }

  @Override
  public Optional<Class<? extends Record>> sizes() {
    return Optional.of(Sizes.class);
  }

  @Override
  public ModelLayout layout(Path model) {
    return new Layout(model);
  }

  private record Layout(Path pipeline) implements ModelLayout {
    @Override
    public Path component(String name) {
      return pipeline.resolve(name);
    }

    @Override
    public List<String> components() {
      return List.of(SwatchFamily.PAINTER);
    }

    @Override
    public void writeIndex() {
      var painter = new ModelFolder.Component("example", "SwatchPainter");
      ModelFolder.write(pipeline, SwatchFamily.PIPELINE, Map.of(SwatchFamily.PAINTER, painter));
    }
  }

  private record Painter() implements TrainableComponent {
    @Override
    public String word() {
      return SwatchFamily.PAINTER;
    }

    @Override
    public List<String> sections() {
      return List.of("swatch");
    }

    @Override
    public Preset.Schedule schedule(Preset preset) {
      var own = preset.of(Sizes.class).swatch();
      if (own == null) {
        throw Check.refusal("preset", preset.name(), "one with a schedule of swatch");
      }
      return own;
    }

    @Override
    public boolean train(ComponentRun run) {
      Objective objective =
          (nn, inputs) -> {
            int size = 3 * SwatchFamily.SIZE * SwatchFamily.SIZE;
            var painted = SwatchFamily.NETWORK.define(nn, inputs).get(0);
            var error = nn.subtract(painted, inputs.floats("pixels", size));
            return Objective.Loss.of(nn.mean(nn.multiply(error, error), 0, 1));
          };
      return run.fit(
          objective,
          data -> batches(data, run.config().seed(), run.config().batchSize()),
          trainer -> run.start(trainer, Checkpoint.DIFFUSERS, Map.of("", SwatchFamily.PAINTER)),
          (to, weights) ->
              ModelFiles.write(
                  to.made(SwatchFamily.PAINTER),
                  Checkpoint.DIFFUSERS,
                  weights,
                  name -> true,
                  to.notes()));
    }

    private static BatchSource batches(DataSet data, long seed, int size) {
      CaptionedImages examples = data.examples(SwatchFamily.SIZE, seed);
      return step -> {
        List<float[]> texts = new ArrayList<>();
        List<float[]> pixels = new ArrayList<>();
        for (int i = 0; i < size; i++) {
          var example = examples.get(step * size + i);
          texts.add(SwatchFamily.encode(List.of(example.caption())).get(0).embedding());
          pixels.add(example.image().pixels());
        }
        return new Batch(size)
            .floats(SwatchFamily.TEXT, Rows.stack(texts))
            .floats("pixels", Rows.stack(pixels));
      };
    }
  }
}
