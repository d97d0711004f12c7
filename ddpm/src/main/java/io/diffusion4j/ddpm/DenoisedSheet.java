package io.diffusion4j.ddpm;

import io.diffusion4j.diffusion.continuous.DenoisingScoreMatching;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
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
 * What a denoising autoencoder has learned: a row for each picture with the picture itself, the
 * noisy one, its reconstruction, and the score that this stands for (Vincent 2011), scaled by the
 * noise so that a perfect one is the noise with its sign turned; grey is 0.
 */
public final class DenoisedSheet {
  private static final String STAGE = "autoencoder";
  private static final int COLUMNS = 4;

  private DenoisedSheet() {}

  /**
   * Asks the network of a folder at its noisiest timestep.
   *
   * @param pictures of the network's size, at least one
   * @param seed of the noise
   */
  public static Image of(Path folder, List<Image> pictures, long seed) {
    var own = new DdpmFolder(folder);
    PixelScheduler scheduler = own.scheduler();
    int t = scheduler.trainTimesteps() - 1;
    var level = new NoiseLevel(scheduler.schedule().alphaBar(t));
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
        Prediction answer = denoiser.predict(List.of(query)).get(0);
        Image picture = pictures.get(i);
        cells.add(picture);
        cells.add(like(picture, scaled(xt, 1 / level.signal())));
        Conversion from = Conversion.of(scheduler.parameterization(), level.alphaBar());
        float[] reconstruction = new float[x0.length];
        double[] exact = new double[x0.length];
        double[] noisy = new double[x0.length];
        for (int k = 0; k < exact.length; k++) {
          exact[k] = from.x0(xt[k], answer.output()[k]);
          noisy[k] = xt[k];
          reconstruction[k] = (float) exact[k];
        }
        cells.add(like(picture, reconstruction));
        double[] score = new DenoisingScoreMatching(level).score(noisy, exact);
        float[] shown = new float[score.length];
        for (int k = 0; k < shown.length; k++) {
          shown[k] = (float) (level.noise() * score[k] / 3); // three deviations are white or black
        }
        cells.add(like(picture, shown));
      }
      return ContactSheet.of(cells, COLUMNS);
    }
  }

  private static float[] scaled(float[] values, double factor) {
    float[] scaled = new float[values.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (factor * values[i]);
    }
    return scaled;
  }

  private static Image like(Image picture, float[] pixels) {
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Math.max(-1, Math.min(1, pixels[i]));
    }
    return new Image(picture.width(), picture.height(), pixels);
  }
}
