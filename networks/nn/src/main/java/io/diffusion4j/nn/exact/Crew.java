package io.diffusion4j.nn.exact;

/** The threads that share the work on one sample. */
public interface Crew {
  /** Elements that are worth a thread. */
  int GRAIN = 8192;

  /** Returns the number of threads. */
  int size();

  /** Returns the number of the calling thread among all threads of the network. */
  int member();

  /**
   * Runs as many parts as there are threads, and returns when all are done. A free thread takes the
   * next part, so a thread may run several, but no part runs twice at a time.
   */
  void each(Part part);

  /** The work of a thread at a time. */
  @FunctionalInterface
  interface Part {
    /**
     * Does the work.
     *
     * @param part the number of the part, from 0
     */
    void run(int part);
  }

  /** The work on a range. */
  @FunctionalInterface
  interface Range {
    void run(int begin, int end);
  }

  /**
   * Divides items among the threads; few of them stay on the calling one.
   *
   * @param each the elements of an item
   */
  default void divide(int items, int each, Range range) {
    if (size() == 1 || (long) items * each < GRAIN) {
      range.run(0, items);
      return;
    }
    each(
        part ->
            range.run(
                (int) ((long) items * part / size()), (int) ((long) items * (part + 1) / size())));
  }

  /** Returns the calling thread alone, which has this number. */
  static Crew alone(int member) {
    return new Crew() {
      @Override
      public int size() {
        return 1;
      }

      @Override
      public int member() {
        return member;
      }

      @Override
      public void each(Part part) {
        part.run(0);
      }
    };
  }
}
