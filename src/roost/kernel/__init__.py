"""What every room is made of: ids, time, money, results, actors, the envelope."""
