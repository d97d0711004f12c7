package io.diffusion4j.diffusion.denoiser;

import io.diffusion4j.diffusion.process.Parameterization;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A network in three lines, conditioned on a number, with a learned variance. It records the sizes
 * of its batches.
 */
public final class ToyDenoiser implements Denoiser<Double> {
  public final List<Integer> batches = new CopyOnWriteArrayList<>();

  @Override
  public Parameterization parameterization() {
    return Parameterization.EPS;
  }

  @Override
  public List<Prediction> predict(List<Query<Double>> queries) {
    batches.add(queries.size());
    List<Prediction> answers = new ArrayList<>();
    for (Query<Double> query : queries) {
      float[] output = new float[query.xt().length];
      float[] variance = new float[output.length];
      for (int i = 0; i < output.length; i++) {
        float x = query.xt()[i];
        output[i] = (float) (0.6 * x + 0.2 * Math.sin(query.t() / 250 + query.condition() * x));
        variance[i] = (float) Math.tanh(x + query.condition());
      }
      answers.add(new Prediction(output, variance));
    }
    return answers;
  }
}
