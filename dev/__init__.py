"""Tools that are not the product: the development server, the demo, benchmarks, the fuzzer."""
