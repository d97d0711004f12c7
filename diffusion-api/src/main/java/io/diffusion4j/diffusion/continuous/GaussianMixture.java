package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.PI;
import static java.lang.Math.exp;
import static java.lang.Math.log;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Transition;
import java.util.Arrays;
import java.util.List;

/**
 * Data with a known score at every time: a mixture of isotropic Gaussians. Under a {@link
 * GaussianSde} it stays a mixture, with means signal·μ and variances signal²·v + deviation², so
 * samplers and likelihoods can be tested without a network.
 *
 * @param components the components, at least one, of the same dimension
 */
public record GaussianMixture(List<Component> components) {
  /**
   * A Gaussian of the mixture.
   *
   * @param weight its share of the samples, greater than 0; the shares add up to 1
   * @param mean its mean
   * @param variance the variance of each coordinate, greater than 0
   */
  public record Component(double weight, List<Double> mean, double variance) {
    public Component {
      Check.positive("weight", weight);
      Check.positive("variance", variance);
      mean = List.copyOf(mean);
    }

    private double logDensity(double[] x) {
      double square = 0;
      for (int i = 0; i < x.length; i++) {
        double d = x[i] - mean.get(i);
        square += d * d;
      }
      return log(weight) - 0.5 * (x.length * log(2 * PI * variance) + square / variance);
    }
  }

  public GaussianMixture {
    components = List.copyOf(components);
    Check.that(!components.isEmpty(), "components", "none", "at least one");
    double sum = components.stream().mapToDouble(Component::weight).sum();
    Check.that(Math.abs(sum - 1) < 1e-9, "weights", sum + " in all", "1");
    int size = components.get(0).mean().size();
    for (Component component : components) {
      Check.length("mean", component.mean().size(), size);
    }
  }

  /** Returns the mixture of the noisy samples at a time. */
  public GaussianMixture at(GaussianSde sde, double t) {
    return after(new Transition(sde.signal(t), sde.deviation(t) * sde.deviation(t)));
  }

  /** Returns the mixture after a Gaussian step. */
  public GaussianMixture after(Transition step) {
    return new GaussianMixture(
        components.stream()
            .map(
                c ->
                    new Component(
                        c.weight(),
                        c.mean().stream().map(m -> step.scale() * m).toList(),
                        step.scale() * step.scale() * c.variance() + step.variance()))
            .toList());
  }

  /** Returns the score of the noisy samples of an SDE. */
  public Score under(GaussianSde sde) {
    return (x, t) -> at(sde, t).score(x);
  }

  /** Computes ln p(x), in nats. */
  public double logDensity(double[] x) {
    return logSum(logDensities(x));
  }

  /** Computes ln Σ exp(term). */
  private static double logSum(double[] terms) {
    double largest = Arrays.stream(terms).max().orElseThrow();
    return largest + log(Arrays.stream(terms).map(term -> exp(term - largest)).sum());
  }

  /** Computes ∇ ln p(x). */
  public double[] score(double[] x) {
    double[] shares = shares(x);
    double[] score = new double[x.length];
    for (int k = 0; k < shares.length; k++) {
      Component component = components.get(k);
      for (int i = 0; i < x.length; i++) {
        score[i] += shares[k] * (component.mean().get(i) - x[i]) / component.variance();
      }
    }
    return score;
  }

  /** Computes eᵀ(∇∇ᵀ ln p(x))e: the derivative of the score along e, in the direction of e. */
  public double curvature(double[] x, double[] e) {
    double[] shares = shares(x);
    double square = Arrays.stream(e).map(v -> v * v).sum();
    double curvature = 0;
    double along = 0;
    for (int k = 0; k < shares.length; k++) {
      Component component = components.get(k);
      double slope = 0;
      for (int i = 0; i < x.length; i++) {
        slope += e[i] * (component.mean().get(i) - x[i]) / component.variance();
      }
      curvature += shares[k] * (slope * slope - square / component.variance());
      along += shares[k] * slope;
    }
    return curvature - along * along;
  }

  /** Returns the probability of each component given x. */
  private double[] shares(double[] x) {
    double[] terms = logDensities(x);
    double all = logSum(terms);
    return Arrays.stream(terms).map(term -> exp(term - all)).toArray();
  }

  private double[] logDensities(double[] x) {
    return components.stream().mapToDouble(component -> component.logDensity(x)).toArray();
  }
}
