package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A sheet that shows the results of a denoising autoencoder. It has a row for each picture: the
 * picture, the noisy picture, its reconstruction, and the score that follows from the
 * reconstruction, (√ᾱ·r(x_t) − x_t)/(1−ᾱ). The score is scaled by the noise level, so a perfect
 * score is the negative noise; grey is 0.
 */
public final class DenoisedSheet {
  private static final String STAGE = "autoencoder";
  private static final int COLUMNS = 4;

  /** The number of standard deviations of the score that is shown as white or black. */
  private static final double WHITE_DEVIATIONS = 3;

  private DenoisedSheet() {}

  /**
   * Evaluates the network of a folder at its noisiest timestep.
   *
   * @param pictures the pictures of the network's size, at least one
   * @param seed the seed of the noise
   */
  public static Image of(Path folder, List<Image> pictures, long seed) {
    var own = new DdpmFolder(folder);
    SchedulerConfig scheduler = own.scheduler();
    int t = scheduler.trainTimesteps() - 1;
    NoiseLevel level = scheduler.schedule().level(t);
    Conversion from = Conversion.of(scheduler.parameterization(), level.alphaBar());
    try (var model = PixelModel.load(own.network(), Compute.of(Precision.FLOAT32))) {
      Denoiser<PixelLabel> denoiser = model.denoiser(scheduler.parameterization());
      List<Image> cells = new ArrayList<>();
      for (int i = 0; i < pictures.size(); i++) {
        float[] x0 = pictures.get(i).pixels();
        float[] eps = new PhiloxNoise(seed, i).gaussian(STAGE, 0, x0.length);
        float[] xt = new float[x0.length];
        for (int k = 0; k < xt.length; k++) {
          xt[k] = (float) level.xt(x0[k], eps[k]);
        }
        var query = new Query<PixelLabel>(xt, (double) t, new PixelLabel.None());
        float[] output = denoiser.predict(List.of(query)).get(0).output();
        float[] noisy = new float[x0.length];
        float[] reconstruction = new float[x0.length];
        float[] score = new float[x0.length];
        for (int k = 0; k < x0.length; k++) {
          noisy[k] = (float) (xt[k] / level.signal());
          reconstruction[k] = (float) from.x0(xt[k], output[k]);
          score[k] =
              (float) (level.noise() * level.score(from.eps(xt[k], output[k])) / WHITE_DEVIATIONS);
        }
        for (float[] pixels : List.of(x0, noisy, reconstruction, score)) {
          cells.add(new Image(pictures.get(i).width(), pictures.get(i).height(), pixels));
        }
      }
      return ContactSheet.of(cells, COLUMNS);
    }
  }
}
