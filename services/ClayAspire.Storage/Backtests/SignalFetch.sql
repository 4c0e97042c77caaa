fetch forward 2000 from backtest_signal;
