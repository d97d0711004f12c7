///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS io.diffusion4j:diffusion4j-diffusion-api:0.1.0-SNAPSHOT

import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.ForwardProcess;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import java.util.Arrays;

/**
 * Turns the points -1 and 1 into standard normal noise, and prints a histogram on the way: {@code
 * jbang Noise.java 0 100 400 999}.
 */
final class Noise {
  private static final int POINTS = 20_000;

  public static void main(String[] timesteps) {
    var process = new ForwardProcess(new LinearSchedule(1000));
    float[] eps = new PhiloxNoise(7, 0).gaussian("noise", 0, POINTS);
    for (String timestep : timesteps.length == 0 ? new String[] {"0", "400", "999"} : timesteps) {
      var marginal = process.marginal(Integer.parseInt(timestep));
      int[] counts = new int[17];
      for (int i = 0; i < POINTS; i++) {
        double xt = marginal.draw(i % 2 == 0 ? -1 : 1, eps[i]);
        counts[(int) Math.round(Math.max(-8, Math.min(8, 4 * xt))) + 8]++;
      }
      int most = Arrays.stream(counts).max().getAsInt();
      System.out.println("t = " + timestep);
      for (int bin = 0; bin < counts.length; bin++) {
        String bar = "█".repeat(40 * counts[bin] / most);
        System.out.printf("%5.2f %s%n", (bin - 8) / 4.0, bar);
      }
    }
  }
}
