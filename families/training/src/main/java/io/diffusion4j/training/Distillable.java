package io.diffusion4j.training;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A network that denoises, as a teacher and as the student that starts from it.
 *
 * @param stage the name of its stage, which addresses the noise
 * @param network its first output is the prediction; a second one, the variance, is left as it is
 * @param weights opens the weights
 * @param ending opens the weights of the network of the last step, if that is another of the same
 *     shape; the student has one network
 * @param scheduler the scheduler beside it
 * @param times the time input
 * @param feed the inputs of the conditions
 * @param rowSize the number of values of a sample
 * @param encoding makes samples of pictures
 * @param conditions the condition of each numbered noise
 * @param away the condition that guidance leads away from; empty for a network without guidance
 * @param embedding gives a condition the guidance scale that the student sees; empty if the network
 *     has no input for it
 * @param defaults how the teacher draws by default
 * @param <C> the conditions of the network
 */
public record Distillable<C>(
    String stage,
    NetworkDefinition network,
    Supplier<TensorSource> weights,
    Optional<Supplier<TensorSource>> ending,
    SchedulerConfig scheduler,
    NetworkDenoiser.Times times,
    NetworkDenoiser.Conditions<C> feed,
    int rowSize,
    Encoding encoding,
    List<C> conditions,
    Optional<C> away,
    Optional<Embedding<C>> embedding,
    Defaults defaults) {
  /** Makes samples of pictures, until it is closed. */
  @FunctionalInterface
  public interface Encoder extends AutoCloseable {
    /** Returns the samples of some pictures. */
    List<float[]> encode(List<Image> pictures);

    @Override
    default void close() {}

    /** Returns the same encoder, which closes what it encodes with. */
    default Encoder closing(Runnable close) {
      Encoder own = this;
      return new Encoder() {
        @Override
        public List<float[]> encode(List<Image> pictures) {
          return own.encode(pictures);
        }

        @Override
        public void close() {
          close.run();
        }
      };
    }
  }

  /**
   * How samples are made of pictures.
   *
   * @param size height and width of the pictures
   * @param open loads what encodes them
   */
  public record Encoding(int size, Supplier<Encoder> open) {
    /** Creates the encoding of a network whose samples are the pictures themselves. */
    public static Encoding pixels(int size) {
      return new Encoding(size, () -> some -> some.stream().map(Image::pixels).toList());
    }

    /** Returns an encoding whose samples are changed one by one. */
    public Encoding then(UnaryOperator<float[]> change) {
      return new Encoding(
          size,
          () -> {
            Encoder own = open.get();
            Encoder changed = some -> own.encode(some).stream().map(change).toList();
            return changed.closing(own::close);
          });
    }
  }

  /** Adds a guidance scale to conditions. */
  @FunctionalInterface
  public interface Embedding<C> {
    C with(C condition, double guidance);
  }

  /**
   * How a teacher draws by default.
   *
   * @param steps by DDIM
   * @param guidance the scale of classifier-free guidance, 1 for none
   */
  public record Defaults(int steps, double guidance) {
    /** Returns the defaults of a stage. */
    public static Defaults of(Stage stage) {
      return new Defaults(stage.defaults().steps(), stage.scale().defaultValue());
    }
  }

  /**
   * Returns the student's scheduler: deterministic steps from the noisiest timestep. A student of a
   * network that predicts ε predicts v, or x₀ where the class knows no v, as one step would
   * multiply errors of ε by √(1/ᾱ).
   */
  SchedulerConfig students() {
    boolean unclip = scheduler.kind() == SchedulerConfig.Kind.UNCLIP;
    boolean isKept = unclip || scheduler.kind().isFlow();
    var predicted = scheduler.parameterization();
    var stable = unclip ? Parameterization.X0 : Parameterization.V;
    var own = isKept ? scheduler : scheduler.withKind(SchedulerConfig.Kind.DDIM);
    return own.withSpacing(SchedulerConfig.Spacing.TRAILING)
        .withParameterization(predicted == Parameterization.EPS ? stable : predicted);
  }
}
